import "testcontainers";

import "cleanroom-test";

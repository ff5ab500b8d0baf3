CREATE TABLE note (text text PRIMARY KEY);
SELECT pg_sleep(3);

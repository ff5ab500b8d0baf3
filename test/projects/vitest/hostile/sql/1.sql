CREATE TABLE account (id int PRIMARY KEY, name text UNIQUE);
CREATE TABLE migrated AS SELECT clock_timestamp() AS at, random() AS mark;
INSERT INTO account VALUES (1, 'first'), (2, 'second');

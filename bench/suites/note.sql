CREATE TABLE note (text text NOT NULL);

-- As much as makes a database of 8 MB.
CREATE TABLE product (id integer PRIMARY KEY, description text NOT NULL);
INSERT INTO product SELECT n, repeat(md5(n::text), 4) FROM generate_series(1, 2500) AS n;

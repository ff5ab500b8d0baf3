CREATE TABLE account (id serial PRIMARY KEY, name text UNIQUE);
CREATE TABLE entry (account int REFERENCES account, amount int NOT NULL);
INSERT INTO account (name) VALUES ('first'), ('second');

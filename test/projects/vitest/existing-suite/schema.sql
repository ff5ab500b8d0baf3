CREATE TABLE account (owner text PRIMARY KEY);

CREATE TABLE seat (
  label varchar(8) PRIMARY KEY
);

INSERT INTO seat (label) VALUES ('A1'), ('A2'), ('B1');

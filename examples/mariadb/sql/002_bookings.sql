CREATE TABLE booking (
  id integer AUTO_INCREMENT PRIMARY KEY,
  seat varchar(8) NOT NULL UNIQUE,
  guest varchar(100) NOT NULL,
  FOREIGN KEY (seat) REFERENCES seat (label)
);

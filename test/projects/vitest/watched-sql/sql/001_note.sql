CREATE TABLE first_note (text text NOT NULL);

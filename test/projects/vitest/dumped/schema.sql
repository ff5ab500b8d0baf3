CREATE TABLE note (text char(1900) NOT NULL);

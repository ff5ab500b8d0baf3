CREATE TABLE product (
  sku text PRIMARY KEY,
  name text NOT NULL,
  price_cents integer NOT NULL CHECK (price_cents > 0),
  stock integer NOT NULL CHECK (stock >= 0)
);

CREATE TABLE customer_order (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  sku text NOT NULL REFERENCES product,
  quantity integer NOT NULL CHECK (quantity > 0),
  total_cents integer NOT NULL
);

INSERT INTO product (sku, name, price_cents, stock)
VALUES ('TEA', 'Green tea', 450, 10),
       ('MUG', 'Stoneware mug', 1200, 3);

#!/bin/sh
# Prints how many orders there are, after taking one.
set -eu
psql -q -v ON_ERROR_STOP=1 "$DATABASE_URL" -c "INSERT INTO customer_order (sku) VALUES ('TEA')"
echo "$(psql -At "$DATABASE_URL" -c 'SELECT count(*) FROM customer_order') orders"
test "${LOSE:-}" != true

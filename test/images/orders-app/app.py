"""Orders over HTTP: GET /health, GET /orders, POST /orders. The table comes from the tests' migrations."""

import json
import os
import signal
import sys
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import psycopg2

PORT = 8000
COLUMNS = ("id", "item", "quantity")


def query(sql, parameters=()):
    """Runs one statement in a transaction of its own and returns the rows as dictionaries."""
    with closing(psycopg2.connect(os.environ["DATABASE_URL"], connect_timeout=2)) as connection:
        with connection, connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            return [dict(zip(COLUMNS, row)) for row in cursor.fetchall()]


def health():
    query("select 1")
    return 200, {"status": "ok"}


def list_orders():
    return 200, query("select id, item, quantity from orders order by id")


def create_order(body):
    try:
        order = json.loads(body)
        item, quantity = str(order["item"]), int(order["quantity"])
    except (ValueError, KeyError, TypeError):
        return 400, {"error": "expected a JSON object with item and quantity"}
    sql = "insert into orders (item, quantity) values (%s, %s) returning id, item, quantity"
    return 201, query(sql, (item, quantity))[0]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        route = {"/health": health, "/orders": list_orders}.get(self.path)
        self.answer(route)

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.answer((lambda: create_order(body)) if self.path == "/orders" else None)

    def answer(self, route):
        try:
            status, content = route() if route else (404, {"error": "no such route"})
        except (psycopg2.Error, KeyError) as error:
            status, content = 503, {"error": str(error).strip()}
        payload = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)


# The first process of a container gets no default signal handlers: without this, SIGTERM would be ignored.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
print(f"orders-app listening on {PORT}")
ThreadingHTTPServer(("0.0.0.0", PORT), Handler).serve_forever()

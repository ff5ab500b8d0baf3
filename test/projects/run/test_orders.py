import os
import subprocess
import unittest


def ask(sql):
    """What psql prints, which finds the database by the variables PGHOST and so on."""
    answer = subprocess.run(["psql", "-qAt", "-v", "ON_ERROR_STOP=1", "-c", sql], capture_output=True, text=True)
    if answer.returncode != 0:
        raise AssertionError(answer.stderr)
    return answer.stdout.strip()


class Orders(unittest.TestCase):
    def test_they_are_taken(self):
        ask("INSERT INTO customer_order (sku) VALUES ('TEA')")
        self.assertEqual(ask("SELECT count(*) FROM customer_order"), "1")

    def test_they_are_not_lost(self):
        self.assertNotEqual(os.environ.get("LOSE"), "true")


if __name__ == "__main__":
    unittest.main()

"""Tables of 100,000 lines: the import with errors sprinkled in, the import, the taking over.

    tests/lab/enter python3 tests/bench/bulk.py

Tells time and memory of each; the test is tests/e2e/test_bulk.py.
"""

import os
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "e2e"), os.path.join(HERE, "..", "lab")]

import test_bulk  # noqa: E402 (its folder has just been named)

if __name__ == "__main__":
    test_bulk.Bulk.rows = 100000
    test_bulk.Bulk.kib_most = 800 * 1024  # with what they have mapped of a store of 300,000 accounts
    unittest.main(module=test_bulk, verbosity=2)

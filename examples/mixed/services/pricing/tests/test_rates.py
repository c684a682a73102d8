import unittest

from pricing.rates import price


class PriceTest(unittest.TestCase):
    def test_one_in_ten_is_free(self):
        self.assertEqual(price("us", 10), 1100 * 9)


if __name__ == "__main__":
    unittest.main()

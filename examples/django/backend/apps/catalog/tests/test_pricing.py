from fractions import Fraction

from django.test import SimpleTestCase

from apps.catalog.pricing import best_percent, discounted, line_total
from shared.testing import each, expand

RULES = [(1, 0), (10, 5), (50, 12), (200, 20)]


@expand
class PricingTests(SimpleTestCase):
    @each([1, 99, 500, 999, 12_345, 1_000_000], [0, 1, 5, 12, 33, 50, 90])
    def test_rounding(self, cents, percent):
        exact = Fraction(cents * (100 - percent), 100)
        self.assertLessEqual(abs(discounted(cents, percent) - exact), Fraction(1, 2))

    @each([(1, 0), (9, 0), (10, 5), (49, 5), (50, 12), (199, 12), (200, 20), (5000, 20)])
    def test_best_percent(self, case):
        quantity, percent = case
        self.assertEqual(best_percent(RULES, quantity), percent)

    @each([1, 10, 50, 200])
    def test_never_dearer(self, quantity):
        self.assertLessEqual(line_total(999, quantity, RULES), 999 * quantity)

    def test_no_rules(self):
        self.assertEqual(best_percent([], 100), 0)

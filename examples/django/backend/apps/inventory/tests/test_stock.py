import threading

from django.db import IntegrityError, connection, transaction

from apps.inventory.models import Movement, StockItem
from apps.inventory.stock import OutOfStock, reserve, ship
from shared.testing import CommittedTestCase, SeededTestCase, each, expand


@expand
class StockTests(SeededTestCase):
    def setUp(self):
        self.item = StockItem.objects.filter(warehouse__company=self.acme).order_by("pk").first()

    @each([1, 2, 5, 10, 25, 50, 99, 100])
    def test_reserve(self, quantity):
        self.assertEqual(reserve(self.item.pk, quantity).reserved, quantity)

    @each([101, 150, 1000])
    def test_too_many(self, quantity):
        with self.assertRaises(OutOfStock):
            reserve(self.item.pk, quantity)
        self.item.refresh_from_db()
        self.assertEqual(self.item.reserved, 0)

    @each([1, 40, 100])
    def test_ship(self, quantity):
        reserve(self.item.pk, quantity)
        self.assertEqual(ship(self.item.pk, quantity, "T1").on_hand, 100 - quantity)
        self.assertEqual(Movement.objects.get(reference="T1").delta, -quantity)

    @each([{"reserved": -1}, {"reserved": 101}, {"on_hand": -5}])
    def test_constraint(self, values):
        with self.assertRaises(IntegrityError), transaction.atomic():
            StockItem.objects.filter(pk=self.item.pk).update(**values)


@expand
class ConcurrentReservations(CommittedTestCase):
    """Two connections at once: what a rolled back test cannot show."""

    @each([(60, 1), (50, 2), (100, 1)])
    def test_only_what_is_there(self, case):
        quantity, successes = case
        item = StockItem.objects.filter(warehouse__company=self.acme).order_by("-pk").first()
        StockItem.objects.filter(pk=item.pk).update(on_hand=100, reserved=0)
        answers = []

        def buy():
            try:
                reserve(item.pk, quantity)
                answers.append(True)
            except OutOfStock:
                answers.append(False)
            finally:
                connection.close()

        threads = [threading.Thread(target=buy) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(sum(answers), successes)

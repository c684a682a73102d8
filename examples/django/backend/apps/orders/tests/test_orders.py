from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError

from apps.audit.models import Event
from apps.orders.models import TRANSITIONS, IllegalTransition, Order
from shared.testing import CommittedTestCase, SeededTestCase, each, expand


@expand
class TransitionTests(SeededTestCase):
    @each(TRANSITIONS, TRANSITIONS)
    def test_move(self, before, after):
        order = Order.objects.create(company=self.acme, number="T-1", status=before)
        events = Event.objects.filter(subject="T-1")
        if after in TRANSITIONS[before]:
            order.move_to(after)
            self.assertEqual(events.get().detail, {"from": before})
        else:
            with self.assertRaises(IllegalTransition):
                order.move_to(after)
            self.assertFalse(events.exists())


@expand
class OrderTests(SeededTestCase):
    @each(range(0, 40, 4))
    def test_detail(self, index):
        answer = self.client.get(f"/orders/acme/SO-{index:04d}/").json()
        self.assertEqual([line["product__sku"] for line in answer["lines"]], [f"SKU-{index + n:03d}" for n in range(4)])

    @each([("draft", 7), ("placed", 7), ("approved", 7), ("packed", 7), ("shipped", 6), ("delivered", 6)])
    def test_seeded(self, case):
        status, count = case
        self.assertEqual(self.acme.orders.filter(status=status).count(), count)

    def test_number_once(self):
        with self.assertRaises(IntegrityError), transaction.atomic():
            Order.objects.create(company=self.acme, number="SO-0001")

    def test_sold_products_stay(self):
        with self.assertRaises(ProtectedError):
            self.acme.products.get(sku="SKU-000").delete()


class NumberTests(CommittedTestCase):
    """Numbers come from a sequence, which no rollback takes back."""

    def next_number(self):
        with connection.cursor() as cursor:
            cursor.execute("SELECT nextval('order_number')")
            return cursor.fetchone()[0]

    def test_never_twice(self):
        numbers = [self.next_number() for _ in range(5)]
        self.assertEqual(numbers, list(range(numbers[0], numbers[0] + 5)))

    def test_survives_a_rollback(self):
        before = self.next_number()
        with self.assertRaises(ValueError), transaction.atomic():
            self.next_number()
            raise ValueError
        self.assertEqual(self.next_number(), before + 2)

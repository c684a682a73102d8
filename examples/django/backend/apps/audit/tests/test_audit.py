import json

from django.test import SimpleTestCase

from apps.audit.models import Event, Retention
from apps.audit.notify import announce, listen
from shared.testing import RedisMixin, SeededTestCase, each, expand, needs_redis_server

KINDS = ["login", "order-placed", "order-shipped", "order-cancelled", "invoice"]


@expand
class EventTests(SeededTestCase):
    @each(KINDS)
    def test_retention(self, kind):
        retention = Retention.objects.get(kind=kind)
        self.assertEqual(retention.legal_basis == "tax law", retention.days == 3650)

    @each([("placed", 33), ("approved", 26), ("packed", 19), ("shipped", 12), ("delivered", 6)])
    def test_seeded_history(self, case):
        status, count = case
        self.assertEqual(Event.objects.filter(company=self.acme, kind=f"order-{status}").count(), count)

    @each(["a note", "", "ünïcode"])
    def test_notes_are_not_audited(self, note):
        before = Event.objects.count()
        self.acme.orders.filter(number="SO-0001").update(note=note)
        self.assertEqual(Event.objects.count(), before)


@needs_redis_server
@expand
class NotifyTests(RedisMixin, SimpleTestCase):
    @each(KINDS)
    def test_nobody_listens(self, kind):
        self.assertEqual(announce(kind), 0)

    @each(KINDS)
    def test_heard_once(self, kind):
        listener = listen(kind)
        self.assertEqual(announce(kind, number=1), 1)
        self.assertEqual(json.loads(listener.get_message(timeout=5)["data"]), {"number": 1})
        self.assertIsNone(listener.get_message())
        listener.close()

from django.test import SimpleTestCase

from apps.accounts.throttle import allow
from shared.testing import RedisMixin, each, expand


@expand
class ThrottleTests(RedisMixin, SimpleTestCase):
    @each([1, 2, 3, 5, 8, 13])
    def test_limit(self, limit):
        answers = [allow("login", limit) for _ in range(limit + 2)]
        self.assertEqual(answers, [True] * limit + [False, False])

    @each([30, 60, 3600])
    def test_window(self, seconds):
        allow("login", 1, seconds)
        self.assertTrue(0 < self.redis.ttl("throttle:login") <= seconds)

    def test_names_do_not_mix(self):
        self.assertTrue(allow("one", 1))
        self.assertTrue(allow("two", 1))

from django.test import SimpleTestCase

from apps.orders import cart
from shared.testing import RedisMixin, each, expand, needs_redis_server


@expand
class CartTests(RedisMixin, SimpleTestCase):
    @each([1, 2, 7, 100], [1, 3, 50])
    def test_add(self, product, quantity):
        self.assertEqual(cart.add(1, product, quantity), quantity)
        self.assertEqual(cart.contents(1), {product: quantity})

    @each([1, 2, 5])
    def test_remove(self, quantity):
        cart.add(1, 9, quantity)
        self.assertEqual(cart.add(1, 9, -quantity), 0)
        self.assertEqual(cart.contents(1), {})

    def test_one_each(self):
        cart.add(1, 9)
        cart.add(2, 8)
        cart.empty(1)
        self.assertEqual((cart.contents(1), cart.contents(2)), ({}, {8: 1}))

    @needs_redis_server
    def test_forgotten_after_a_week(self):
        cart.add(1, 9)
        self.assertEqual(self.redis.ttl(cart.key(1)), cart.WEEK)

    @needs_redis_server
    def test_all_or_nothing(self):
        with self.redis.pipeline() as pipe:
            pipe.watch(cart.key(1))
            cart.add(1, 9)
            pipe.multi()
            pipe.hset(cart.key(1), 9, 50)
            with self.assertRaises(Exception):
                pipe.execute()
        self.assertEqual(cart.contents(1), {9: 1})

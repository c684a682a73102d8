"""Shopping carts live in Redis: a hash of product id to quantity, forgotten after a week."""
from shared.redis import client

WEEK = 7 * 24 * 3600


def key(member_id):
    return f"cart:{member_id}"


def add(member_id, product_id, quantity=1):
    redis = client()
    left = redis.hincrby(key(member_id), product_id, quantity)
    if left <= 0:
        redis.hdel(key(member_id), product_id)
    redis.expire(key(member_id), WEEK)
    return max(left, 0)


def contents(member_id):
    return {int(product): int(quantity) for product, quantity in client().hgetall(key(member_id)).items()}


def empty(member_id):
    client().delete(key(member_id))

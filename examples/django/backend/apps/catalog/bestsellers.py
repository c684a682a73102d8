from shared.redis import client


def sold(product_id, quantity):
    client().zincrby("bestsellers", quantity, product_id)


def top(count):
    return [int(product) for product in client().zrevrange("bestsellers", 0, count - 1)]

"""Prices, in whole cents."""


def best_percent(rules, quantity):
    """The highest discount whose minimum quantity is reached."""
    return max((percent for minimum, percent in rules if quantity >= minimum), default=0)


def discounted(unit_cents, percent):
    """Rounded half up, in the customer's favour by no more than half a cent."""
    return (unit_cents * (100 - percent) + 50) // 100


def line_total(unit_cents, quantity, rules=()):
    return discounted(unit_cents, best_percent(rules, quantity)) * quantity


def product_rules(product):
    return list(product.rules.values_list("min_quantity", "percent"))

from django.db import transaction

from .models import Movement, StockItem


class OutOfStock(Exception):
    pass


@transaction.atomic
def reserve(item_id, quantity, reference=""):
    """Reserves units under a row lock; raises OutOfStock and changes nothing when there are too few."""
    item = StockItem.objects.select_for_update().get(pk=item_id)
    if item.on_hand - item.reserved < quantity:
        raise OutOfStock(f"{item.on_hand - item.reserved} left, {quantity} wanted")
    item.reserved += quantity
    item.save(update_fields=["reserved"])
    return item


@transaction.atomic
def ship(item_id, quantity, reference=""):
    item = StockItem.objects.select_for_update().get(pk=item_id)
    item.reserved -= quantity
    item.on_hand -= quantity
    item.save(update_fields=["reserved", "on_hand"])
    Movement.objects.create(item=item, delta=-quantity, reason="shipped", reference=reference)
    return item

from django.db import models

# Where an order may go from each state.
TRANSITIONS = {
    "draft": {"placed", "cancelled"},
    "placed": {"approved", "cancelled"},
    "approved": {"packed", "cancelled"},
    "packed": {"shipped"},
    "shipped": {"delivered", "returned"},
    "delivered": {"returned"},
    "returned": set(),
    "cancelled": set(),
}


class IllegalTransition(Exception):
    pass


class Order(models.Model):
    company = models.ForeignKey("accounts.Company", on_delete=models.CASCADE, related_name="orders")
    customer = models.ForeignKey("accounts.Member", null=True, on_delete=models.SET_NULL, related_name="orders")
    status = models.CharField(max_length=12, choices=[(name, name) for name in TRANSITIONS], default="draft")
    number = models.CharField(max_length=20)
    currency = models.CharField(max_length=3, default="EUR")
    total_cents = models.BigIntegerField(default=0)
    note = models.TextField(blank=True, default="")
    source = models.CharField(max_length=12, default="web")
    placed_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "number"], name="order_number_per_company"),
            models.CheckConstraint(check=models.Q(total_cents__gte=0), name="order_total_not_negative"),
        ]
        indexes = [
            models.Index(fields=["status"], name="order_status"),
            models.Index(fields=["company", "placed_at"], name="order_placed"),
        ]

    def move_to(self, status):
        if status not in TRANSITIONS[self.status]:
            raise IllegalTransition(f"{self.status} -> {status}")
        self.status = status
        self.save(update_fields=["status", "updated_at"])


class OrderLine(models.Model):
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
    product = models.ForeignKey("catalog.Product", on_delete=models.PROTECT)
    quantity = models.PositiveIntegerField(default=1)
    unit_cents = models.PositiveIntegerField(default=0)
    discount_cents = models.PositiveIntegerField(default=0)
    position = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["order", "position"], name="line_position_once")]


class Shipment(models.Model):
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="shipments")
    warehouse = models.ForeignKey("inventory.Warehouse", on_delete=models.PROTECT)
    carrier = models.CharField(max_length=20, default="post")
    tracking = models.CharField(max_length=40)
    weight_grams = models.PositiveIntegerField(default=0)
    shipped_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["tracking"], name="shipment_tracking")]

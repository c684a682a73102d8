from django.db import models


class Warehouse(models.Model):
    company = models.ForeignKey("accounts.Company", on_delete=models.CASCADE, related_name="warehouses")
    code = models.CharField(max_length=12)
    name = models.CharField(max_length=80)
    city = models.CharField(max_length=80, default="Berlin")
    capacity = models.PositiveIntegerField(default=1000)
    time_zone = models.CharField(max_length=40, default="Europe/Berlin")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "code"], name="warehouse_code_per_company")]


class StockItem(models.Model):
    warehouse = models.ForeignKey(Warehouse, on_delete=models.CASCADE, related_name="items")
    product = models.ForeignKey("catalog.Product", on_delete=models.CASCADE, related_name="stock")
    on_hand = models.IntegerField(default=0)
    reserved = models.IntegerField(default=0)
    reorder_level = models.IntegerField(default=10)
    bin_label = models.CharField(max_length=20)
    counted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["warehouse", "product"], name="stock_once_per_warehouse"),
            models.CheckConstraint(check=models.Q(reserved__gte=0), name="stock_reserved_not_negative"),
            models.CheckConstraint(check=models.Q(reserved__lte=models.F("on_hand")), name="stock_reserved_on_hand"),
        ]
        indexes = [models.Index(fields=["on_hand"], name="stock_on_hand")]


class Movement(models.Model):
    item = models.ForeignKey(StockItem, on_delete=models.CASCADE, related_name="movements")
    delta = models.IntegerField()
    reason = models.CharField(max_length=20)
    reference = models.CharField(max_length=40, blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["reference"], name="movement_reference")]

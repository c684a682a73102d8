from django.db import models

VAT_CLASSES = ["standard", "reduced", "zero"]


class Category(models.Model):
    name = models.CharField(max_length=80)
    slug = models.SlugField(max_length=80)
    parent = models.ForeignKey("self", null=True, on_delete=models.CASCADE, related_name="children")
    position = models.PositiveIntegerField(default=0)
    description = models.TextField(blank=True, default="")
    path = models.CharField(max_length=240)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["path"], name="category_path_unique")]
        indexes = [models.Index(fields=["parent", "position"], name="category_order")]


class Product(models.Model):
    company = models.ForeignKey("accounts.Company", on_delete=models.CASCADE, related_name="products")
    sku = models.CharField(max_length=40)
    name = models.CharField(max_length=160)
    category = models.ForeignKey(Category, null=True, on_delete=models.SET_NULL, related_name="products")
    price_cents = models.PositiveIntegerField(default=0)
    currency = models.CharField(max_length=3, default="EUR")
    vat_class = models.CharField(max_length=10, choices=[(name, name) for name in VAT_CLASSES], default="standard")
    weight_grams = models.PositiveIntegerField(default=0)
    search_name = models.CharField(max_length=160)
    description = models.TextField(blank=True, default="")
    is_active = models.BooleanField(default=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "sku"], name="product_sku_per_company")]
        indexes = [
            models.Index(fields=["search_name"], name="product_search_name"),
            models.Index(fields=["company", "is_active"], name="product_active"),
        ]

    def save(self, *args, **kwargs):
        self.search_name = self.name.lower()
        super().save(*args, **kwargs)


class PriceRule(models.Model):
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="rules")
    min_quantity = models.PositiveIntegerField(default=1)
    percent = models.PositiveIntegerField(default=0)
    label = models.CharField(max_length=60)
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(check=models.Q(percent__lte=90), name="rule_at_most_90_percent")]


class TariffCode(models.Model):
    """What customs calls a kind of goods: reference data, filled by migrations."""

    code = models.CharField(max_length=8)
    chapter = models.PositiveIntegerField()
    title = models.CharField(max_length=120)
    duty_permille = models.PositiveIntegerField()
    search_title = models.CharField(max_length=120)
    vat_class = models.CharField(max_length=10, choices=[(name, name) for name in VAT_CLASSES])

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code"], name="tariff_code_unique")]

from django.db import models


class TaxRate(models.Model):
    country = models.CharField(max_length=2)
    vat_class = models.CharField(max_length=10)
    percent = models.DecimalField(max_digits=5, decimal_places=2, default=0)
    label = models.CharField(max_length=40)
    valid_from = models.DateField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["country", "vat_class"], name="tax_rate_once")]


class Invoice(models.Model):
    company = models.ForeignKey("accounts.Company", on_delete=models.CASCADE, related_name="invoices")
    order = models.ForeignKey("orders.Order", null=True, on_delete=models.SET_NULL, related_name="invoices")
    status = models.CharField(max_length=10, default="open")
    number = models.CharField(max_length=20)
    net_cents = models.BigIntegerField(default=0)
    tax_cents = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3, default="EUR")
    due_on = models.DateField(null=True)
    reminders = models.PositiveIntegerField(default=0)
    issued_at = models.DateTimeField(auto_now_add=True)
    paid_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["number"], name="invoice_number_unique")]
        indexes = [
            models.Index(fields=["status", "due_on"], name="invoice_due"),
            models.Index(fields=["company", "status"], name="invoice_company_status"),
        ]

    @property
    def gross_cents(self):
        return self.net_cents + self.tax_cents


class Payment(models.Model):
    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="payments")
    amount_cents = models.BigIntegerField()
    method = models.CharField(max_length=12, default="transfer")
    reference = models.CharField(max_length=40)
    received_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.CheckConstraint(check=models.Q(amount_cents__gt=0), name="payment_positive")]


class LedgerEntry(models.Model):
    company = models.ForeignKey("accounts.Company", on_delete=models.CASCADE)
    account = models.CharField(max_length=12)
    amount_cents = models.BigIntegerField()
    invoice = models.ForeignKey(Invoice, null=True, on_delete=models.SET_NULL)
    memo = models.CharField(max_length=120, blank=True, default="")
    booked_on = models.DateField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["account", "booked_on"], name="ledger_account")]

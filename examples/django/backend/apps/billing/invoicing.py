from decimal import ROUND_HALF_UP, Decimal

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from .models import Invoice, LedgerEntry, Payment, TaxRate


def tax_cents(net_cents, percent):
    return int((Decimal(net_cents) * Decimal(percent) / 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def rate_of(country, vat_class):
    return TaxRate.objects.get(country=country, vat_class=vat_class).percent


@transaction.atomic
def issue(order, vat_class="standard"):
    """Makes the invoice of an order and books it."""
    tax = tax_cents(order.total_cents, rate_of(order.company.country, vat_class))
    invoice = Invoice.objects.create(
        company=order.company, order=order, number=f"{order.company.code}-{order.number}", net_cents=order.total_cents, tax_cents=tax
    )
    book = LedgerEntry.objects.create
    book(company=order.company, account="receivable", amount_cents=invoice.gross_cents, invoice=invoice)
    book(company=order.company, account="revenue", amount_cents=-invoice.net_cents, invoice=invoice)
    book(company=order.company, account="tax", amount_cents=-invoice.tax_cents, invoice=invoice)
    return invoice


@transaction.atomic
def pay(invoice, amount_cents, reference):
    Payment.objects.create(invoice=invoice, amount_cents=amount_cents, reference=reference)
    paid = invoice.payments.aggregate(sum=Sum("amount_cents"))["sum"]
    if paid >= invoice.gross_cents:
        invoice.status, invoice.paid_at = "paid", timezone.now()
        invoice.save(update_fields=["status", "paid_at"])
    return invoice

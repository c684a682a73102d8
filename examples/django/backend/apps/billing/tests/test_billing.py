from decimal import Decimal

from django.db import IntegrityError, connection, transaction
from django.db.models import Sum
from django.test import SimpleTestCase

from apps.billing.invoicing import issue, pay, rate_of, tax_cents
from apps.billing.models import LedgerEntry, Payment
from apps.orders.models import Order
from shared.testing import CommittedTestCase, SeededTestCase, each, expand

RATES = {"DE": (19, 7, 0), "FR": (20, "5.5", 0), "AT": (20, 10, 0), "NL": (21, 9, 0), "LU": (17, 8, 0)}


@expand
class TaxTests(SimpleTestCase):
    @each([0, 5, "5.5", 7, 19, 20, 21], [1, 99, 100, 999, 123_456])
    def test_tax(self, percent, net):
        self.assertLessEqual(abs(tax_cents(net, percent) - Decimal(net) * Decimal(percent) / 100), Decimal("0.5"))


@expand
class InvoiceTests(SeededTestCase):
    def order(self, cents=10_000):
        return Order.objects.create(company=self.acme, number="T-1", total_cents=cents)

    @each(RATES, enumerate(["standard", "reduced", "zero"]))
    def test_rate(self, country, vat_class):
        index, name = vat_class
        self.assertEqual(rate_of(country, name), Decimal(RATES[country][index]))

    @each([("standard", 1900), ("reduced", 700), ("zero", 0)])
    def test_issue(self, case):
        vat_class, tax = case
        self.assertEqual(issue(self.order(), vat_class).tax_cents, tax)

    @each([1, 999, 10_000, 1_234_567])
    def test_books_balance(self, cents):
        invoice = issue(self.order(cents))
        self.assertEqual(LedgerEntry.objects.filter(invoice=invoice).aggregate(sum=Sum("amount_cents"))["sum"], 0)

    @each([(11_900, "paid"), (12_000, "paid"), (11_899, "open"), (1, "open")])
    def test_pay(self, case):
        cents, status = case
        self.assertEqual(pay(issue(self.order()), cents, "P").status, status)

    @each([0, -1])
    def test_payment_is_positive(self, cents):
        with self.assertRaises(IntegrityError), transaction.atomic():
            Payment.objects.create(invoice=issue(self.order()), amount_cents=cents, reference="P")

    def test_open_balance(self):
        def balance():
            with connection.cursor() as cursor:
                cursor.execute("SELECT open_cents FROM billing_open_balance WHERE company_id = %s", [self.acme.pk])
                return cursor.fetchone()[0]

        before = balance()
        invoice = issue(self.order())
        pay(invoice, 900, "P")
        self.assertEqual(balance(), before + 11_000)


class SettlementTests(CommittedTestCase):
    def test_failed_payment_leaves_nothing(self):
        invoice = self.acme.invoices.order_by("pk").first()
        count = invoice.payments.count()
        with self.assertRaises(IntegrityError):
            pay(invoice, -5, "P")
        self.assertEqual(invoice.payments.count(), count)

    def test_constraints_at_commit(self):
        with self.assertRaises(IntegrityError), transaction.atomic():
            Payment.objects.create(invoice_id=10**9, amount_cents=5, reference="P")

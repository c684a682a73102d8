from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [("billing", "0030_tax_rates")]

    operations = [
        migrations.RunSQL(
            """
            CREATE VIEW billing_open_balance AS
            SELECT i.company_id, sum(i.net_cents + i.tax_cents - coalesce(p.paid, 0))::bigint AS open_cents
            FROM billing_invoice i
            LEFT JOIN (SELECT invoice_id, sum(amount_cents) AS paid FROM billing_payment GROUP BY invoice_id) p
                ON p.invoice_id = i.id
            GROUP BY i.company_id
            """,
            "DROP VIEW billing_open_balance",
        ),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0021_invoice_currency'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='ledgerentry',
            index=models.Index(fields=['account', 'booked_on'], name='ledger_account'),
        ),
    ]

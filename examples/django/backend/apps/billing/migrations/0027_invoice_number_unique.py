from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0026_invoice_paid_at'),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='invoice',
            constraint=models.UniqueConstraint(fields=('number',), name='invoice_number_unique'),
        ),
    ]

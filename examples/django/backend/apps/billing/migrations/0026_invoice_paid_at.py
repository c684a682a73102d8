from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0025_invoice_issued_at'),
    ]

    operations = [
        migrations.AddField(
            model_name='invoice',
            name='paid_at',
            field=models.DateTimeField(null=True),
        ),
    ]

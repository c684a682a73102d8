from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0016_ledgerentry_memo'),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='taxrate',
            constraint=models.UniqueConstraint(fields=('country', 'vat_class'), name='tax_rate_once'),
        ),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0017_tax_rate_once'),
    ]

    operations = [
        migrations.AddField(
            model_name='invoice',
            name='tax_cents',
            field=models.BigIntegerField(default=0),
        ),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0011_order_currency'),
    ]

    operations = [
        migrations.AddField(
            model_name='orderline',
            name='discount_cents',
            field=models.PositiveIntegerField(default=0),
        ),
    ]

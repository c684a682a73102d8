from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0012_orderline_discount_cents'),
    ]

    operations = [
        migrations.AddField(
            model_name='shipment',
            name='weight_grams',
            field=models.PositiveIntegerField(default=0),
        ),
    ]

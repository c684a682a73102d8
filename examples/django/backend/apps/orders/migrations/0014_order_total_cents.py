from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0013_shipment_weight_grams'),
    ]

    operations = [
        migrations.AddField(
            model_name='order',
            name='total_cents',
            field=models.BigIntegerField(default=0),
        ),
    ]

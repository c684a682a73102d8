from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0006_order_number_required'),
    ]

    operations = [
        migrations.AddField(
            model_name='orderline',
            name='unit_cents',
            field=models.PositiveIntegerField(default=0),
        ),
    ]

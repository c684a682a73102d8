from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0017_orderline_position_required'),
    ]

    operations = [
        migrations.AddField(
            model_name='shipment',
            name='shipped_at',
            field=models.DateTimeField(null=True),
        ),
    ]

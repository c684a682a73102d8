from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0009_fill_shipment_tracking'),
    ]

    operations = [
        migrations.AlterField(
            model_name='shipment',
            name='tracking',
            field=models.CharField(max_length=40),
        ),
    ]

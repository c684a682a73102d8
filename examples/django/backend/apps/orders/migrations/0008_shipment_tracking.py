from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0007_orderline_unit_cents'),
    ]

    operations = [
        migrations.AddField(
            model_name='shipment',
            name='tracking',
            field=models.CharField(max_length=40, null=True),
        ),
    ]

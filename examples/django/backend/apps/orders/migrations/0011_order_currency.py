from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0010_shipment_tracking_required'),
    ]

    operations = [
        migrations.AddField(
            model_name='order',
            name='currency',
            field=models.CharField(default='EUR', max_length=3),
        ),
    ]

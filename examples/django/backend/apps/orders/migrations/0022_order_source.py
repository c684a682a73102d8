from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0021_shipment_tracking'),
    ]

    operations = [
        migrations.AddField(
            model_name='order',
            name='source',
            field=models.CharField(default='web', max_length=12),
        ),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0018_shipment_shipped_at'),
    ]

    operations = [
        migrations.AddField(
            model_name='order',
            name='note',
            field=models.TextField(blank=True, default=''),
        ),
    ]

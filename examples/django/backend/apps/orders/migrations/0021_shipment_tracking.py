from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0020_line_position_once'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='shipment',
            index=models.Index(fields=['tracking'], name='shipment_tracking'),
        ),
    ]

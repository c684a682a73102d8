from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('inventory', '0016_stockitem_counted_at'),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='stockitem',
            constraint=models.UniqueConstraint(fields=('warehouse', 'product'), name='stock_once_per_warehouse'),
        ),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('inventory', '0019_stock_reserved_on_hand'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='stockitem',
            index=models.Index(fields=['on_hand'], name='stock_on_hand'),
        ),
    ]

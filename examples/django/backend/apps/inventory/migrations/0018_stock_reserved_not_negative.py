from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('inventory', '0017_stock_once_per_warehouse'),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='stockitem',
            constraint=models.CheckConstraint(check=models.Q(('reserved__gte', 0)), name='stock_reserved_not_negative'),
        ),
    ]

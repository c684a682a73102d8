from django.db import migrations, models
import django.db.models.expressions


class Migration(migrations.Migration):

    dependencies = [
        ('inventory', '0018_stock_reserved_not_negative'),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='stockitem',
            constraint=models.CheckConstraint(check=models.Q(('reserved__lte', django.db.models.expressions.F('on_hand'))), name='stock_reserved_on_hand'),
        ),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0014_order_total_cents'),
    ]

    operations = [
        migrations.AddField(
            model_name='orderline',
            name='position',
            field=models.PositiveIntegerField(null=True),
        ),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0005_fill_order_number'),
    ]

    operations = [
        migrations.AlterField(
            model_name='order',
            name='number',
            field=models.CharField(max_length=20),
        ),
    ]

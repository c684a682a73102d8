from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0016_fill_orderline_position'),
    ]

    operations = [
        migrations.AlterField(
            model_name='orderline',
            name='position',
            field=models.PositiveIntegerField(),
        ),
    ]

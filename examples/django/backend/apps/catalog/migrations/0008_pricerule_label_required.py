from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0007_fill_pricerule_label'),
    ]

    operations = [
        migrations.AlterField(
            model_name='pricerule',
            name='label',
            field=models.CharField(max_length=60),
        ),
    ]

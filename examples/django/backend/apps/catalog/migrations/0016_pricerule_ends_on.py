from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0015_product_currency'),
    ]

    operations = [
        migrations.AddField(
            model_name='pricerule',
            name='ends_on',
            field=models.DateField(null=True),
        ),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0010_product_price_cents'),
    ]

    operations = [
        migrations.AddField(
            model_name='pricerule',
            name='starts_on',
            field=models.DateField(null=True),
        ),
    ]

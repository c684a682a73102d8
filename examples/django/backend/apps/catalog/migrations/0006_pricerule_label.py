from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0005_product_category'),
    ]

    operations = [
        migrations.AddField(
            model_name='pricerule',
            name='label',
            field=models.CharField(max_length=60, null=True),
        ),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0027_product_updated_at'),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='product',
            constraint=models.UniqueConstraint(fields=('company', 'sku'), name='product_sku_per_company'),
        ),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0023_fill_product_search_name'),
    ]

    operations = [
        migrations.AlterField(
            model_name='product',
            name='search_name',
            field=models.CharField(max_length=160),
        ),
    ]

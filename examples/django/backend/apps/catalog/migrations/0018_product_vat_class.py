from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0017_category_path_unique'),
    ]

    operations = [
        migrations.AddField(
            model_name='product',
            name='vat_class',
            field=models.CharField(choices=[('standard', 'standard'), ('reduced', 'reduced'), ('zero', 'zero')], default='standard', max_length=10),
        ),
    ]

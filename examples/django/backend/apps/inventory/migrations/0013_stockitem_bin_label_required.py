from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('inventory', '0012_fill_stockitem_bin_label'),
    ]

    operations = [
        migrations.AlterField(
            model_name='stockitem',
            name='bin_label',
            field=models.CharField(max_length=20),
        ),
    ]

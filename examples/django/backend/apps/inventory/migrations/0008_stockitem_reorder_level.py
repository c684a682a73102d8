from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('inventory', '0007_warehouse_capacity'),
    ]

    operations = [
        migrations.AddField(
            model_name='stockitem',
            name='reorder_level',
            field=models.IntegerField(default=10),
        ),
    ]

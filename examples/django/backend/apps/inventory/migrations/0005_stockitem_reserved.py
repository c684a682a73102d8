from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('inventory', '0004_warehouse_city'),
    ]

    operations = [
        migrations.AddField(
            model_name='stockitem',
            name='reserved',
            field=models.IntegerField(default=0),
        ),
    ]

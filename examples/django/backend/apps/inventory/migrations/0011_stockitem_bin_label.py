from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('inventory', '0010_warehouse_time_zone'),
    ]

    operations = [
        migrations.AddField(
            model_name='stockitem',
            name='bin_label',
            field=models.CharField(max_length=20, null=True),
        ),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('inventory', '0015_warehouse_code_per_company'),
    ]

    operations = [
        migrations.AddField(
            model_name='stockitem',
            name='counted_at',
            field=models.DateTimeField(null=True),
        ),
    ]

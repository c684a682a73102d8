from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0013_taxrate_valid_from'),
    ]

    operations = [
        migrations.AddField(
            model_name='invoice',
            name='net_cents',
            field=models.BigIntegerField(default=0),
        ),
    ]

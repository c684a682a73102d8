from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0011_fill_apikey_digest'),
    ]

    operations = [
        migrations.AlterField(
            model_name='apikey',
            name='digest',
            field=models.CharField(max_length=64),
        ),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0004_ledgerentry'),
    ]

    operations = [
        migrations.AddField(
            model_name='taxrate',
            name='label',
            field=models.CharField(max_length=40),
        ),
    ]

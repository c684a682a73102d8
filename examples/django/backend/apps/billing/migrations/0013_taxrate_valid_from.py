from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0012_ledgerentry_invoice'),
    ]

    operations = [
        migrations.AddField(
            model_name='taxrate',
            name='valid_from',
            field=models.DateField(null=True),
        ),
    ]

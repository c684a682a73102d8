from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0005_taxrate_label'),
    ]

    operations = [
        migrations.AddField(
            model_name='invoice',
            name='number',
            field=models.CharField(max_length=20, null=True),
        ),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0007_fill_invoice_number'),
    ]

    operations = [
        migrations.AlterField(
            model_name='invoice',
            name='number',
            field=models.CharField(max_length=20),
        ),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0027_invoice_number_unique'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='invoice',
            index=models.Index(fields=['status', 'due_on'], name='invoice_due'),
        ),
    ]

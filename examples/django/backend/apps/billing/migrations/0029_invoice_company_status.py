from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0028_invoice_due'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='invoice',
            index=models.Index(fields=['company', 'status'], name='invoice_company_status'),
        ),
    ]

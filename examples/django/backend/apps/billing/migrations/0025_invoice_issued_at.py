from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0024_invoice_reminders'),
    ]

    operations = [
        migrations.AddField(
            model_name='invoice',
            name='issued_at',
            field=models.DateTimeField(auto_now_add=True),
        ),
    ]

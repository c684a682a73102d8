from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0023_invoice_due_on'),
    ]

    operations = [
        migrations.AddField(
            model_name='invoice',
            name='reminders',
            field=models.PositiveIntegerField(default=0),
        ),
    ]

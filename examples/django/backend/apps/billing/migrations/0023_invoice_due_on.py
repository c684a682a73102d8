from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0022_ledger_account'),
    ]

    operations = [
        migrations.AddField(
            model_name='invoice',
            name='due_on',
            field=models.DateField(null=True),
        ),
    ]

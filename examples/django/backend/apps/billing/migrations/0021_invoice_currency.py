from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0020_ledgerentry_booked_on'),
    ]

    operations = [
        migrations.AddField(
            model_name='invoice',
            name='currency',
            field=models.CharField(default='EUR', max_length=3),
        ),
    ]

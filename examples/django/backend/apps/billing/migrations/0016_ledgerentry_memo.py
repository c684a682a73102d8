from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0015_payment_received_at'),
    ]

    operations = [
        migrations.AddField(
            model_name='ledgerentry',
            name='memo',
            field=models.CharField(blank=True, default='', max_length=120),
        ),
    ]

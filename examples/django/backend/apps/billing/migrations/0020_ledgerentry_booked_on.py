from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0019_payment_positive'),
    ]

    operations = [
        migrations.AddField(
            model_name='ledgerentry',
            name='booked_on',
            field=models.DateField(auto_now_add=True),
        ),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0014_invoice_net_cents'),
    ]

    operations = [
        migrations.AddField(
            model_name='payment',
            name='received_at',
            field=models.DateTimeField(auto_now_add=True),
        ),
    ]

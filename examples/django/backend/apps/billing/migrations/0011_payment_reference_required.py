from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0010_fill_payment_reference'),
    ]

    operations = [
        migrations.AlterField(
            model_name='payment',
            name='reference',
            field=models.CharField(max_length=40),
        ),
    ]

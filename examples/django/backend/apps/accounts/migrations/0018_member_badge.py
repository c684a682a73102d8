from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0017_company_vat_number'),
    ]

    operations = [
        migrations.AddField(
            model_name='member',
            name='badge',
            field=models.CharField(max_length=16, null=True),
        ),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='TaxRate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('country', models.CharField(max_length=2)),
                ('vat_class', models.CharField(max_length=10)),
                ('percent', models.DecimalField(decimal_places=2, default=0, max_digits=5)),
            ],
        ),
    ]

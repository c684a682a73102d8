from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0018_product_vat_class'),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='pricerule',
            constraint=models.CheckConstraint(check=models.Q(('percent__lte', 90)), name='rule_at_most_90_percent'),
        ),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0034_company_code_unique'),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='company',
            constraint=models.CheckConstraint(check=models.Q(('credit_limit_cents__gte', 0)), name='company_credit_not_negative'),
        ),
    ]

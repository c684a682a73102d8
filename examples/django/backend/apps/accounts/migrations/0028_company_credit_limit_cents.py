from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0027_invitation_email'),
    ]

    operations = [
        migrations.AddField(
            model_name='company',
            name='credit_limit_cents',
            field=models.BigIntegerField(default=0),
        ),
    ]

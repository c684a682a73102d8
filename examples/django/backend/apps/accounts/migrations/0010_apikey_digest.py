from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0009_invitation_token_required'),
    ]

    operations = [
        migrations.AddField(
            model_name='apikey',
            name='digest',
            field=models.CharField(max_length=64, null=True),
        ),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0012_apikey_digest_required'),
    ]

    operations = [
        migrations.AddField(
            model_name='company',
            name='tier',
            field=models.CharField(default='free', max_length=12),
        ),
    ]

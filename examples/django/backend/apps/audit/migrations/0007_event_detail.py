from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0006_webhook_kinds'),
    ]

    operations = [
        migrations.AddField(
            model_name='event',
            name='detail',
            field=models.JSONField(default=dict),
        ),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0008_webhook_active'),
    ]

    operations = [
        migrations.AddField(
            model_name='event',
            name='created_at',
            field=models.DateTimeField(null=True),
        ),
    ]

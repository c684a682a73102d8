from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0010_webhook_failures'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='event',
            index=models.Index(fields=['kind', 'created_at'], name='event_kind'),
        ),
    ]

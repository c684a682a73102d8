from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0009_event_created_at'),
    ]

    operations = [
        migrations.AddField(
            model_name='webhook',
            name='failures',
            field=models.PositiveIntegerField(default=0),
        ),
    ]

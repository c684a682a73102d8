from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0007_event_detail'),
    ]

    operations = [
        migrations.AddField(
            model_name='webhook',
            name='active',
            field=models.BooleanField(default=True),
        ),
    ]

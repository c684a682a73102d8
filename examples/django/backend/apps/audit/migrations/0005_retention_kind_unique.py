from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0004_event_actor'),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='retention',
            constraint=models.UniqueConstraint(fields=('kind',), name='retention_kind_unique'),
        ),
    ]

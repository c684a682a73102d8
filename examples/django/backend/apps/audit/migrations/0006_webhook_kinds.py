from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0005_retention_kind_unique'),
    ]

    operations = [
        migrations.AddField(
            model_name='webhook',
            name='kinds',
            field=models.JSONField(default=list),
        ),
    ]

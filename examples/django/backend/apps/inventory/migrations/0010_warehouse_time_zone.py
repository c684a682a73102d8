from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('inventory', '0009_movement_created_at'),
    ]

    operations = [
        migrations.AddField(
            model_name='warehouse',
            name='time_zone',
            field=models.CharField(default='Europe/Berlin', max_length=40),
        ),
    ]

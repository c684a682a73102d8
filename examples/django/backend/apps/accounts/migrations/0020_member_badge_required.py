from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0019_fill_member_badge'),
    ]

    operations = [
        migrations.AlterField(
            model_name='member',
            name='badge',
            field=models.CharField(max_length=16),
        ),
    ]

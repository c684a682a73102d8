from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('inventory', '0005_stockitem_reserved'),
    ]

    operations = [
        migrations.AddField(
            model_name='movement',
            name='reference',
            field=models.CharField(blank=True, default='', max_length=40),
        ),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('inventory', '0008_stockitem_reorder_level'),
    ]

    operations = [
        migrations.AddField(
            model_name='movement',
            name='created_at',
            field=models.DateTimeField(auto_now_add=True),
        ),
    ]

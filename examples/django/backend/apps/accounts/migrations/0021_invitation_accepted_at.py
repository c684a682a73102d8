from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0020_member_badge_required'),
    ]

    operations = [
        migrations.AddField(
            model_name='invitation',
            name='accepted_at',
            field=models.DateTimeField(null=True),
        ),
    ]

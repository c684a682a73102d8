from django.db import migrations


def fill(apps, schema_editor):
    for row in apps.get_model("accounts", "Invitation").objects.filter(token=None).iterator():
        row.token = f"token-{row.pk}"
        row.save(update_fields=["token"])


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0007_invitation_token'),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]

from django.db import migrations


def fill(apps, schema_editor):
    for row in apps.get_model("accounts", "ApiKey").objects.filter(digest=None).iterator():
        row.digest = "0" * 64
        row.save(update_fields=["digest"])


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0010_apikey_digest'),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]

from django.db import migrations


def fill(apps, schema_editor):
    for row in apps.get_model("accounts", "Member").objects.filter(badge=None).iterator():
        row.badge = f"M{row.pk:05d}"
        row.save(update_fields=["badge"])


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0018_member_badge'),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]

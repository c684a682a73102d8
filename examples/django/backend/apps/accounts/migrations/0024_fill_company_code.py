from django.db import migrations


def fill(apps, schema_editor):
    for row in apps.get_model("accounts", "Company").objects.filter(code=None).iterator():
        row.code = f"C{row.pk:05d}"
        row.save(update_fields=["code"])


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0023_company_code'),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]

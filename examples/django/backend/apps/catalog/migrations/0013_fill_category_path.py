from django.db import migrations


def fill(apps, schema_editor):
    for row in apps.get_model("catalog", "Category").objects.filter(path=None).iterator():
        row.path = f"/{row.slug}"
        row.save(update_fields=["path"])


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0012_category_path'),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]

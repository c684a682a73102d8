from django.db import migrations


def fill(apps, schema_editor):
    for row in apps.get_model("catalog", "Product").objects.filter(search_name=None).iterator():
        row.search_name = row.name.lower()
        row.save(update_fields=["search_name"])


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0022_product_search_name'),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]

from django.db import migrations


def fill(apps, schema_editor):
    for row in apps.get_model("orders", "Order").objects.filter(number=None).iterator():
        row.number = f"SO-{row.pk:06d}"
        row.save(update_fields=["number"])


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0004_order_number'),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]

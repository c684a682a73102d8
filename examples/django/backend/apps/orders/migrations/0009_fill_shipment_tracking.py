from django.db import migrations


def fill(apps, schema_editor):
    for row in apps.get_model("orders", "Shipment").objects.filter(tracking=None).iterator():
        row.tracking = f"T{row.pk:08d}"
        row.save(update_fields=["tracking"])


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0008_shipment_tracking'),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]

from django.db import migrations


def fill(apps, schema_editor):
    for row in apps.get_model("inventory", "StockItem").objects.filter(bin_label=None).iterator():
        row.bin_label = f"A-{row.pk}"
        row.save(update_fields=["bin_label"])


class Migration(migrations.Migration):

    dependencies = [
        ('inventory', '0011_stockitem_bin_label'),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]

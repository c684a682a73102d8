from django.db import migrations


def fill(apps, schema_editor):
    for row in apps.get_model("catalog", "PriceRule").objects.filter(label=None).iterator():
        row.label = f"{row.percent} % from {row.min_quantity}"
        row.save(update_fields=["label"])


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0006_pricerule_label'),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]

from django.db import migrations


def fill(apps, schema_editor):
    for row in apps.get_model("billing", "Invoice").objects.filter(number=None).iterator():
        row.number = f"I-{row.pk:06d}"
        row.save(update_fields=["number"])


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0006_invoice_number'),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]

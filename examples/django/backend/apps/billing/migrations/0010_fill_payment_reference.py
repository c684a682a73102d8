from django.db import migrations


def fill(apps, schema_editor):
    for row in apps.get_model("billing", "Payment").objects.filter(reference=None).iterator():
        row.reference = f"P-{row.pk:06d}"
        row.save(update_fields=["reference"])


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0009_payment_reference'),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]

from django.db import migrations


def fill(apps, schema_editor):
    for row in apps.get_model("orders", "OrderLine").objects.filter(position=None).iterator():
        row.position = row.pk
        row.save(update_fields=["position"])


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0015_orderline_position'),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]

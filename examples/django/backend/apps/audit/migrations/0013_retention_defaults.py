from django.db import migrations

DAYS = {"login": 90, "order-placed": 3650, "order-shipped": 3650, "order-cancelled": 730, "invoice": 3650}


def create(apps, schema_editor):
    Retention = apps.get_model("audit", "Retention")
    for kind, days in DAYS.items():
        Retention.objects.create(kind=kind, days=days, legal_basis="tax law" if days == 3650 else "contract")


class Migration(migrations.Migration):

    dependencies = [("audit", "0012_order_trigger"), ("billing", "0031_open_balance")]

    operations = [migrations.RunPython(create, migrations.RunPython.noop)]

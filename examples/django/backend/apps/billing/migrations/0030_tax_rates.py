from django.db import migrations

RATES = {
    "DE": {"standard": 19, "reduced": 7, "zero": 0},
    "FR": {"standard": 20, "reduced": "5.5", "zero": 0},
    "AT": {"standard": 20, "reduced": 10, "zero": 0},
    "NL": {"standard": 21, "reduced": 9, "zero": 0},
    "LU": {"standard": 17, "reduced": 8, "zero": 0},
}


def create(apps, schema_editor):
    TaxRate = apps.get_model("billing", "TaxRate")
    for country, classes in RATES.items():
        for vat_class, percent in classes.items():
            TaxRate.objects.create(country=country, vat_class=vat_class, percent=percent, label=f"{country} {vat_class}")


class Migration(migrations.Migration):

    dependencies = [("billing", "0029_invoice_company_status")]

    operations = [migrations.RunPython(create, migrations.RunPython.noop)]

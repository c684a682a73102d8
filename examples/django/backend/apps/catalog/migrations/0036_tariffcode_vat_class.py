from django.db import migrations, models


def fill(apps, schema_editor):
    for row in apps.get_model("catalog", "TariffCode").objects.all():
        row.vat_class = "reduced" if row.chapter in (49, 38) else "standard"
        row.save()


class Migration(migrations.Migration):

    atomic = False
    dependencies = [("catalog", "0035_tariffcode_search_title")]

    operations = [
        migrations.AddField("tariffcode", "vat_class", models.CharField(null=True, max_length=10, choices=[("standard", "standard"), ("reduced", "reduced"), ("zero", "zero")])),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AlterField("tariffcode", "vat_class", models.CharField(max_length=10, choices=[("standard", "standard"), ("reduced", "reduced"), ("zero", "zero")])),
    ]

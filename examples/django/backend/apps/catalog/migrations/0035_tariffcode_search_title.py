from django.db import migrations, models


def fill(apps, schema_editor):
    for row in apps.get_model("catalog", "TariffCode").objects.all():
        row.search_title = row.title.lower().replace(",", "")
        row.save()


class Migration(migrations.Migration):

    atomic = False
    dependencies = [("catalog", "0034_tariffcode_duty_permille")]

    operations = [
        migrations.AddField("tariffcode", "search_title", models.CharField(null=True, max_length=120)),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AlterField("tariffcode", "search_title", models.CharField(max_length=120)),
    ]

from django.db import migrations, models


def fill(apps, schema_editor):
    for row in apps.get_model("catalog", "TariffCode").objects.all():
        row.duty_permille = (row.chapter * 7 + int(row.code[2:4])) % 120
        row.save()


class Migration(migrations.Migration):

    atomic = False
    dependencies = [("catalog", "0033_tariffcode")]

    operations = [
        migrations.AddField("tariffcode", "duty_permille", models.PositiveIntegerField(null=True)),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AlterField("tariffcode", "duty_permille", models.PositiveIntegerField()),
    ]

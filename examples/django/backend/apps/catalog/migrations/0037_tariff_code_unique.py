from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("catalog", "0036_tariffcode_vat_class")]

    operations = [
        migrations.AddConstraint(
            "tariffcode", models.UniqueConstraint(fields=("code",), name="tariff_code_unique")
        ),
    ]

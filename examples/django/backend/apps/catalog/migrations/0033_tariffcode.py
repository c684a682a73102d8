from django.db import migrations, models

CHAPTERS = [
    "Salt and stone", "Ores", "Fuels", "Chemicals", "Paints", "Soaps", "Glues", "Plastics", "Rubber", "Leather", "Wood",
    "Cork", "Paper", "Books", "Silk", "Wool", "Cotton", "Carpets", "Clothing", "Footwear", "Umbrellas", "Ceramics",
    "Glass", "Iron", "Copper", "Nickel", "Aluminium", "Tools", "Machinery", "Electrical goods", "Vehicles", "Instruments",
]


def load(apps, schema_editor):
    """Two levels below each chapter, as the published list has them."""
    TariffCode = apps.get_model("catalog", "TariffCode")
    for chapter, title in enumerate(CHAPTERS, start=25):
        for heading in range(1, 13):
            for kind in range(30):
                code = f"{chapter:02d}{heading:02d}{kind * 3:02d}"
                TariffCode.objects.create(code=code, chapter=chapter, title=f"{title}, group {heading}, kind {kind}")


class Migration(migrations.Migration):

    dependencies = [("catalog", "0032_merge_categories_and_names")]

    operations = [
        migrations.CreateModel(
            name="TariffCode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=8)),
                ("chapter", models.PositiveIntegerField()),
                ("title", models.CharField(max_length=120)),
            ],
        ),
        migrations.RunPython(load, migrations.RunPython.noop),
    ]

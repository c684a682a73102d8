from django.db import migrations


def create(apps, schema_editor):
    Category = apps.get_model("catalog", "Category")
    for position, name in enumerate(["Tools", "Garden", "Paint", "Safety", "Office"]):
        slug = name.lower()
        Category.objects.create(name=name, slug=slug, path=f"/{slug}", position=position)


class Migration(migrations.Migration):

    dependencies = [("catalog", "0030_product_active")]

    operations = [migrations.RunPython(create, migrations.RunPython.noop)]

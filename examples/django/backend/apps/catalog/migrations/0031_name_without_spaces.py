from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [("catalog", "0030_product_active")]

    operations = [
        migrations.RunSQL("UPDATE catalog_product SET name = btrim(name) WHERE name <> btrim(name)", migrations.RunSQL.noop),
    ]

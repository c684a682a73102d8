from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [("inventory", "0020_stock_on_hand")]

    operations = [
        migrations.RunSQL(
            "CREATE INDEX stock_low ON inventory_stockitem (warehouse_id) WHERE on_hand - reserved <= reorder_level",
            "DROP INDEX stock_low",
        ),
    ]

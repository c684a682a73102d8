from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [("orders", "0028_order_placed")]

    operations = [migrations.RunSQL("CREATE SEQUENCE order_number START 1000", "DROP SEQUENCE order_number")]

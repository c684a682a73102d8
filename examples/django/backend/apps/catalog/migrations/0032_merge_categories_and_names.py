from django.db import migrations


class Migration(migrations.Migration):
    """Two branches added a 0031 each."""

    dependencies = [
        ("catalog", "0031_name_without_spaces"),
        ("catalog", "0031_root_categories"),
    ]

    operations = []

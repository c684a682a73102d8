from django.db import migrations

ROLES = ["owner", "manager", "seller", "buyer", "viewer"]


def create(apps, schema_editor):
    Group = apps.get_model("auth", "Group")
    for role in ROLES:
        Group.objects.get_or_create(name=f"role-{role}")


def remove(apps, schema_editor):
    apps.get_model("auth", "Group").objects.filter(name__startswith="role-").delete()


class Migration(migrations.Migration):

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("accounts", "0036_company_country_tier"),
    ]

    operations = [migrations.RunPython(create, remove)]

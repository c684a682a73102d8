from django.db import migrations, models


def first(apps, schema_editor):
    apps.get_model("notes", "Note").objects.create(text="from a migration")


class Migration(migrations.Migration):

    operations = [
        migrations.CreateModel(
            name="Note",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.TextField()),
            ],
        ),
        migrations.RunPython(first, migrations.RunPython.noop),
    ]

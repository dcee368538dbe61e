"""Newer agents are offered to agents."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("agents", "0002_pre_add_untold_agents")]

    operations = [
        migrations.CreateModel(
            name="Release",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.TextField()),
                ("digest", models.BinaryField()),
                ("size_bytes", models.IntegerField()),
                ("data", models.BinaryField()),
                ("share", models.SmallIntegerField()),
                ("offered_at", models.DateTimeField()),
                ("offered_by", models.TextField()),
                ("withdrawn_at", models.DateTimeField(null=True)),
            ],
        ),
    ]

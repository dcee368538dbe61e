import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("collect", "0004_pre_add_dead_letters"),
    ]

    operations = [
        migrations.CreateModel(
            name="Sample",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("shape", models.TextField()),
                ("received_at", models.DateTimeField()),
                ("address", models.TextField()),
                ("data", models.BinaryField()),
                ("outcome", models.JSONField()),
                (
                    "source",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="collect.source",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["source", "-id"], name="sample_recent")],
            },
        ),
    ]

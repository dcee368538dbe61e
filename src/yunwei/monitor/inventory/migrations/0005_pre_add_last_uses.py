"""The latest connection of each user to each desktop is kept beside the live sessions."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("collect", "0001_create_sources"),
        ("inventory", "0004_pre_index_licence_changes"),
        ("people", "0001_create_people"),
    ]

    operations = [
        migrations.CreateModel(
            name="LastUse",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "source_id",
                        "desktop",
                        "login",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("desktop", models.TextField()),
                ("login", models.TextField()),
                ("began_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("used_until", models.DateTimeField(null=True)),
                ("rtt_s", models.FloatField(null=True)),
                ("client_type", models.TextField(db_default="")),
                ("client_name", models.TextField(db_default="")),
                ("client_ip", models.TextField(db_default="")),
                ("client_version", models.TextField(db_default="")),
                (
                    "source",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="collect.source",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.tenant",
                    ),
                ),
            ],
        ),
    ]

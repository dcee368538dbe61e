from typing import Any

import django.db.models.deletion
from django.db import migrations, models

_NOTHING = models.Value([], output_field=models.JSONField())


def _text() -> "models.TextField[Any, Any]":
    return models.TextField(db_default="")


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("inventory", "0005_pre_add_last_uses"),
        ("people", "0003_pre_add_contacts"),
    ]

    operations = [
        migrations.CreateModel(
            name="HostKey",
            fields=[
                (
                    "desktop",
                    models.OneToOneField(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="inventory.desktop",
                    ),
                ),
                ("trusted", _text()),
                ("trusted_fingerprint", _text()),
                ("trusted_at", models.DateTimeField(null=True)),
                ("trusted_by", _text()),
                ("offered", _text()),
                ("offered_fingerprint", _text()),
                ("offered_at", models.DateTimeField(null=True)),
                ("offered_address", _text()),
            ],
        ),
        migrations.CreateModel(
            name="Profile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.TextField()),
                ("user_name", models.TextField()),
                ("condition", _text()),
                ("port", models.IntegerField()),
                ("trust", models.TextField()),
                ("host_authority", _text()),
                ("jump_host", _text()),
                ("jump_port", models.IntegerField()),
                ("jump_user", _text()),
                ("jump_key", _text()),
                ("connect_timeout_s", models.IntegerField()),
                ("parallel", models.IntegerField()),
                ("is_enabled", models.BooleanField()),
                ("sealed", models.BinaryField()),
                ("holds", models.JSONField(db_default=_NOTHING)),
                ("changed_at", models.DateTimeField()),
                ("changed_by", models.TextField()),
                ("removed_at", models.DateTimeField(null=True)),
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
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("removed_at", None)),
                        fields=("tenant", "name"),
                        name="ssh_profile_name",
                    )
                ],
            },
        ),
    ]

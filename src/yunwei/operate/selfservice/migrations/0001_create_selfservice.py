from typing import Any

import django.db.models.deletion
from django.db import migrations, models

_CASCADE = django.db.models.deletion.CASCADE
_SET_NULL = django.db.models.deletion.SET_NULL
_OPEN = models.Q(("state__in", ("asked", "sending", "sent", "checking")))


def _id() -> models.BigAutoField:
    return models.BigAutoField(
        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
    )


def _key(
    to: str, *, on_delete: Any, null: bool = False, db_index: bool = True
) -> models.ForeignKey:
    return models.ForeignKey(
        related_name="+", to=to, on_delete=on_delete, null=null, db_index=db_index
    )


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("diagnosis", "0001_create_diagnosis"),
        ("inventory", "0005_pre_add_last_uses"),
        ("people", "0003_pre_add_contacts"),
    ]

    operations = [
        migrations.CreateModel(
            name="Act",
            fields=[
                ("id", _id()),
                ("act", models.TextField()),
                ("state", models.TextField(db_default="asked")),
                ("asked_by", models.TextField()),
                ("asked_at", models.DateTimeField()),
                ("note", models.TextField(db_default="")),
                ("is_repair", models.BooleanField(db_default=False)),
                ("number", models.TextField(db_default="")),
                ("reason", models.TextField(db_default="")),
                ("sending_at", models.DateTimeField(null=True)),
                ("done_at", models.DateTimeField(null=True)),
                ("seen_state", models.TextField(db_default="")),
                ("seen_login", models.TextField(db_default="")),
                ("ended_at", models.DateTimeField(null=True)),
                ("claimed_until", models.DateTimeField(null=True)),
                ("desktop", _key("inventory.desktop", on_delete=_CASCADE)),
                (
                    "diagnosis",
                    _key("diagnosis.diagnosis", on_delete=_SET_NULL, null=True, db_index=False),
                ),
                ("tenant", _key("people.tenant", on_delete=_CASCADE, db_index=False)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["tenant", "-asked_at"], name="act_recent"),
                    models.Index(condition=_OPEN, fields=["id"], name="act_open"),
                    models.Index(fields=["asked_by", "-asked_at"], name="act_asker"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=_OPEN, fields=("desktop",), name="act_one_at_a_time"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SupportMessage",
            fields=[
                ("id", _id()),
                ("by", models.TextField()),
                ("text", models.TextField()),
                ("is_automatic", models.BooleanField(db_default=False)),
                ("at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
                ("closed_by", models.TextField(db_default="")),
                ("act", _key("selfservice.act", on_delete=_SET_NULL, null=True, db_index=False)),
                ("desktop", _key("inventory.desktop", on_delete=_CASCADE)),
                (
                    "diagnosis",
                    _key("diagnosis.diagnosis", on_delete=_SET_NULL, null=True, db_index=False),
                ),
                ("tenant", _key("people.tenant", on_delete=_CASCADE, db_index=False)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["tenant", "-at"], name="support_message_recent"),
                    models.Index(fields=["act"], name="support_message_act"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Telling",
            fields=[
                ("id", _id()),
                ("key", models.TextField(unique=True)),
                ("untold", models.JSONField()),
                ("at", models.DateTimeField()),
                ("told_at", models.DateTimeField(null=True)),
                ("tenant", _key("people.tenant", on_delete=_CASCADE, db_index=False)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("told_at__isnull", True)),
                        fields=["id"],
                        name="telling_untold",
                    )
                ],
            },
        ),
    ]

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

_CASCADE = django.db.models.deletion.CASCADE
_SET_NULL = django.db.models.deletion.SET_NULL


def _text() -> models.TextField:
    return models.TextField(db_default="")


def _key(
    to: str, *, on_delete: Any = _SET_NULL, null: bool = True, db_index: bool = False
) -> models.ForeignKey:
    return models.ForeignKey(
        related_name="+", to=to, on_delete=on_delete, null=null, db_index=db_index
    )


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("collect", "0001_create_sources"),
        ("selfservice", "0002_pre_add_requests"),
    ]

    operations = [
        migrations.CreateModel(
            name="Reclaim",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("desktop_name", models.TextField()),
                ("native_id", models.TextField()),
                ("logins", models.JSONField(default=list)),
                ("asked", models.JSONField(default=list)),
                ("state", models.TextField(db_default="asked")),
                ("started_by", models.TextField()),
                ("started_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("grace_days", models.IntegerField()),
                ("remind_days", models.IntegerField()),
                ("keep_days", models.IntegerField()),
                ("quiet_days", models.IntegerField()),
                ("unused_days", models.IntegerField(null=True)),
                ("last_used_at", models.DateTimeField(null=True)),
                ("cpu", models.IntegerField(null=True)),
                ("memory_mb", models.IntegerField(null=True)),
                ("disk_gib", models.IntegerField(null=True)),
                ("reminded_at", models.DateTimeField(null=True)),
                ("answer", _text()),
                ("answered_by", _text()),
                ("answered_at", models.DateTimeField(null=True)),
                ("note", _text()),
                ("leaves_as", _text()),
                ("held_by", _text()),
                ("ended_at", models.DateTimeField(null=True)),
                ("given_back_at", models.DateTimeField(null=True)),
                ("claimed_until", models.DateTimeField(null=True)),
                ("desktop", _key("inventory.desktop", db_index=True)),
                ("request", _key("selfservice.request")),
                ("source", _key("collect.source")),
                ("tenant", _key("people.tenant", on_delete=_CASCADE, null=False)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["tenant", "-started_at"], name="reclaim_recent"),
                    models.Index(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=["id"],
                        name="reclaim_open",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("desktop",),
                        name="reclaim_once",
                    )
                ],
            },
        ),
    ]

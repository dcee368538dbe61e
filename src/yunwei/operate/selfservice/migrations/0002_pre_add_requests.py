from typing import Any

import django.db.models.deletion
from django.db import migrations, models

_CASCADE = django.db.models.deletion.CASCADE
_SET_NULL = django.db.models.deletion.SET_NULL


def _id() -> models.BigAutoField:
    return models.BigAutoField(
        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
    )


def _text() -> models.TextField:
    return models.TextField(db_default="")


def _key(
    to: str, *, on_delete: Any = _CASCADE, null: bool = False, db_index: bool = True
) -> models.ForeignKey:
    return models.ForeignKey(
        related_name="+", to=to, on_delete=on_delete, null=null, db_index=db_index
    )


class Migration(migrations.Migration):
    dependencies = [
        ("collect", "0001_create_sources"),
        ("selfservice", "0001_create_selfservice"),
    ]

    operations = [
        migrations.CreateModel(
            name="Request",
            fields=[
                ("id", _id()),
                ("kind", models.TextField()),
                ("state", models.TextField()),
                ("asked_by", models.TextField()),
                ("login", _text()),
                ("reason", _text()),
                ("details", models.JSONField(default=dict)),
                ("approvers", models.JSONField(default=list)),
                ("needs_provider", models.BooleanField()),
                ("asked_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("held_by", _text()),
                ("ended_at", models.DateTimeField(null=True)),
                ("end_note", _text()),
                ("claimed_until", models.DateTimeField(null=True)),
                ("desktop", _key("inventory.desktop", on_delete=_SET_NULL, null=True)),
                ("tenant", _key("people.tenant", db_index=False)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["tenant", "kind", "-asked_at"], name="request_recent"),
                    models.Index(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=["id"],
                        name="request_open",
                    ),
                    models.Index(fields=["asked_by", "-asked_at"], name="request_asker"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Step",
            fields=[
                ("id", _id()),
                ("place", models.IntegerField()),
                ("kind", models.TextField()),
                ("what", models.TextField()),
                ("state", models.TextField(db_default="todo")),
                ("desktop", _text()),
                ("name", _text()),
                ("login", _text()),
                ("number", _text()),
                ("reason", _text()),
                ("sending_at", models.DateTimeField(null=True)),
                ("done_at", models.DateTimeField(null=True)),
                ("done_by", _text()),
                (
                    "act",
                    _key("selfservice.act", on_delete=_SET_NULL, null=True, db_index=False),
                ),
                ("request", _key("selfservice.request", db_index=False)),
                (
                    "source",
                    _key("collect.source", on_delete=_SET_NULL, null=True, db_index=False),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("request", "place"), name="step_place")
                ],
            },
        ),
        migrations.CreateModel(
            name="RequestEvent",
            fields=[
                ("id", _id()),
                ("at", models.DateTimeField()),
                ("by", _text()),
                ("kind", models.TextField()),
                ("text", _text()),
                ("request", _key("selfservice.request")),
            ],
        ),
        migrations.CreateModel(
            name="RequestRule",
            fields=[
                ("id", _id()),
                ("kind", models.TextField()),
                ("is_offered", models.BooleanField()),
                ("approvers", models.JSONField(default=list)),
                ("needs_provider", models.BooleanField()),
                ("most_open", models.IntegerField()),
                ("most_within", models.IntegerField()),
                ("most_of_tenant", models.IntegerField()),
                ("frozen", _text()),
                ("expires_days", models.IntegerField()),
                ("like", _text()),
                ("tenant", _key("people.tenant", db_index=False)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "kind"), name="request_rule_one")
                ],
            },
        ),
    ]

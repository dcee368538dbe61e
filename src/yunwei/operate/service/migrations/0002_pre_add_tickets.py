from typing import Any

import django.db.models.deletion
from django.db import migrations, models

_ID = models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")
_PROTECT = django.db.models.deletion.PROTECT


def _text() -> models.TextField:
    return models.TextField(db_default="")


def _key(to: str, on_delete: Any, **options: Any) -> Any:
    return models.ForeignKey(on_delete=on_delete, related_name="+", to=to, **options)


class Migration(migrations.Migration):
    dependencies = [("service", "0001_create_service")]

    operations = [
        migrations.CreateModel(
            name="Ticket",
            fields=[
                ("id", _ID),
                ("terms", models.IntegerField()),
                ("type", models.TextField()),
                ("first_priority", models.TextField()),
                ("priority", models.TextField()),
                ("state", models.TextField(db_default="new")),
                ("title", models.TextField()),
                ("description", _text()),
                ("details", models.JSONField()),
                ("alarm_id", models.BigIntegerField(null=True)),
                ("opened_by", models.TextField()),
                ("opened_side", models.TextField()),
                ("opened_at", models.DateTimeField()),
                ("reported_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                ("due_at", models.DateTimeField(null=True)),
                ("minutes", models.IntegerField(db_default=0)),
                (
                    "assignee",
                    _key("people.user", django.db.models.deletion.SET_NULL, null=True),
                ),
                ("contract", _key("service.contract", _PROTECT)),
                ("tenant", _key("people.tenant", _PROTECT, db_index=False)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["tenant", "-opened_at"], name="service_ticket_of_tenant")
                ],
            },
        ),
        migrations.CreateModel(
            name="Entry",
            fields=[
                ("id", _ID.clone()),
                ("at", models.DateTimeField()),
                ("by", models.TextField()),
                ("side", models.TextField()),
                ("kind", models.TextField()),
                ("text", _text()),
                ("minutes", models.IntegerField(db_default=0)),
                ("reason", _text()),
                ("priority", _text()),
                ("assignee_name", _text()),
                ("ticket", _key("service.ticket", _PROTECT)),
            ],
        ),
    ]

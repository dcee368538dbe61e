from typing import Any

import django.db.models.deletion
from django.db import migrations, models

_ID = models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")
_PROTECT = django.db.models.deletion.PROTECT


def _text() -> models.TextField:
    return models.TextField(db_default="")


def _key(to: str, **options: Any) -> Any:
    return models.ForeignKey(on_delete=_PROTECT, related_name="+", to=to, **options)


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("people", "0003_pre_add_contacts"),
        ("inspection", "0001_create_inspection"),
    ]

    operations = [
        migrations.CreateModel(
            name="Plan",
            fields=[
                ("id", _ID),
                ("kind", models.TextField()),
                ("name", models.TextField()),
                ("content", models.JSONField()),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("frozen_from", models.DateTimeField()),
                ("frozen_until", models.DateTimeField()),
                ("state", models.TextField(db_default="drafted")),
                ("version", models.IntegerField(db_default=1)),
                ("made_at", models.DateTimeField()),
                ("made_by", models.TextField()),
                ("started_at", models.DateTimeField(null=True)),
                ("started_by", _text()),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_by", _text()),
                ("summary", models.JSONField(null=True)),
                ("inspection", _key("inspection.inspection", null=True, db_index=False)),
                ("tenant", _key("people.tenant")),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "started")),
                        fields=["tenant"],
                        name="assurance_plan_started",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="FreezeException",
            fields=[
                ("id", _ID.clone()),
                ("who", models.TextField()),
                ("reason", models.TextField()),
                ("until", models.DateTimeField()),
                ("granted_by", models.TextField()),
                ("granted_at", models.DateTimeField()),
                ("plan", _key("assurance.plan")),
            ],
        ),
    ]

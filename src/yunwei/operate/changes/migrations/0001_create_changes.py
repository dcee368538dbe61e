from typing import Any

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

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
        ("runs", "0005_pre_add_ssh_tasks"),
        ("service", "0006_pre_add_emergencies"),
    ]

    operations = [
        migrations.CreateModel(
            name="Template",
            fields=[
                ("id", _ID),
                ("title", models.JSONField()),
                ("text", models.TextField()),
                ("sha256", models.TextField()),
                ("risk", models.TextField()),
                ("steps", models.IntegerField()),
                ("scripts", models.IntegerField()),
                ("version", models.IntegerField(db_default=1)),
                ("changed_at", models.DateTimeField()),
                ("changed_by", models.TextField()),
                ("removed_at", models.DateTimeField(null=True)),
                ("tenant", _key("people.tenant")),
            ],
        ),
        migrations.CreateModel(
            name="Change",
            fields=[
                ("id", _ID.clone()),
                ("template_version", models.IntegerField()),
                ("template_sha256", models.TextField()),
                ("title", models.JSONField()),
                ("purpose", models.JSONField()),
                ("risk", models.TextField()),
                ("choice", models.JSONField()),
                ("note", _text()),
                ("state", models.TextField(db_default="planned")),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("planned_at", models.DateTimeField()),
                ("planned_by", models.TextField()),
                ("started_at", models.DateTimeField(null=True)),
                ("started_by", _text()),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_by", _text()),
                ("conclusion", _text()),
                ("concluded_at", models.DateTimeField(null=True)),
                ("concluded_by", _text()),
                ("template", _key("changes.template", db_index=False)),
                ("tenant", _key("people.tenant", db_index=False)),
                ("ticket", _key("service.ticket", db_index=False)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["tenant", "-starts_at"], name="changes_change_of_tenant"),
                    models.Index(fields=["ticket"], name="changes_change_of_ticket"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=Q(state__in=("planned", "working", "halted", "rolling_back")),
                        fields=("ticket",),
                        name="changes_one_open",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Step",
            fields=[
                ("id", _ID.clone()),
                ("place", models.IntegerField()),
                ("spec", models.JSONField()),
                ("script_id", models.BigIntegerField(null=True)),
                ("state", models.TextField(db_default="pending")),
                ("attempt", models.IntegerField(db_default=0)),
                ("outcome", models.JSONField(null=True)),
                ("started_at", models.DateTimeField(null=True)),
                ("started_by", _text()),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_by", _text()),
                ("result", _text()),
                ("change", _key("changes.change", db_index=False)),
                (
                    "run",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="runs.run",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("change", "place"), name="changes_step_once")
                ],
                "indexes": [
                    models.Index(
                        condition=Q(state="started", script_id__isnull=False),
                        fields=["id"],
                        name="changes_step_runs",
                    ),
                    models.Index(fields=["run"], name="changes_step_run"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Line",
            fields=[
                ("id", _ID.clone()),
                ("at", models.DateTimeField()),
                ("by", models.TextField()),
                ("kind", models.TextField()),
                ("run", models.BigIntegerField(null=True)),
                ("text", _text()),
                ("change", _key("changes.change")),
                ("step", _key("changes.step", null=True, db_index=False)),
            ],
        ),
        migrations.CreateModel(
            name="Evidence",
            fields=[
                ("id", _ID.clone()),
                ("name", models.TextField()),
                ("content_type", models.TextField()),
                ("data", models.BinaryField()),
                ("sha256", models.TextField()),
                ("by", models.TextField()),
                ("at", models.DateTimeField()),
                ("step", _key("changes.step")),
            ],
        ),
    ]

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

_NOTHING = models.Value({}, output_field=models.JSONField())


def _key(to: str, *, null: bool = False, rule: Any = None) -> "models.ForeignKey[Any, Any]":
    return models.ForeignKey(
        db_index=False,
        null=null,
        on_delete=rule or django.db.models.deletion.PROTECT,
        related_name="+",
        to=to,
    )


def _id() -> "models.BigAutoField[Any, Any]":
    return models.BigAutoField(
        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
    )


_CASCADE = django.db.models.deletion.CASCADE


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("people", "0003_pre_add_contacts"),
        ("runs", "0003_pre_index_cloud_orders"),
        ("scripts", "0001_create_scripts"),
    ]

    operations = [
        migrations.CreateModel(
            name="Timetable",
            fields=[
                ("id", _id()),
                ("name", models.TextField()),
                ("times", models.JSONField()),
                ("choice", models.JSONField()),
                ("plan", models.JSONField()),
                ("values", models.JSONField(db_default=_NOTHING)),
                ("missed", models.TextField()),
                ("note", models.TextField(db_default="")),
                ("is_enabled", models.BooleanField()),
                ("acts_for", models.TextField()),
                ("since", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                ("removed_at", models.DateTimeField(null=True)),
                ("script", _key("scripts.script")),
                ("tenant", _key("people.tenant")),
            ],
        ),
        migrations.CreateModel(
            name="Start",
            fields=[
                ("id", _id()),
                ("due_at", models.DateTimeField()),
                ("until_at", models.DateTimeField()),
                ("noted_at", models.DateTimeField()),
                ("state", models.TextField()),
                ("reason", models.TextField(db_default="")),
                ("left_out", models.IntegerField(db_default=0)),
                ("by", models.TextField()),
                ("run", _key("runs.run", null=True, rule=django.db.models.deletion.SET_NULL)),
                ("timetable", _key("timetables.timetable", rule=_CASCADE)),
            ],
        ),
        migrations.AddConstraint(
            model_name="timetable",
            constraint=models.UniqueConstraint(
                condition=models.Q(("removed_at", None)),
                fields=("tenant", "name"),
                name="timetable_name",
            ),
        ),
        migrations.AddConstraint(
            model_name="start",
            constraint=models.UniqueConstraint(
                fields=("timetable", "due_at"), name="timetable_start_once"
            ),
        ),
        migrations.AddIndex(
            model_name="start",
            index=models.Index(fields=["run"], name="timetable_start_run"),
        ),
        migrations.AddIndex(
            model_name="start",
            index=models.Index(
                condition=models.Q(("state", "intended")),
                fields=["id"],
                name="timetable_start_open",
            ),
        ),
    ]

from typing import Any

import django.db.models.deletion
from django.db import migrations, models


def _key(to: str, *, null: bool = False, rule: Any = None) -> "models.ForeignKey[Any, Any]":
    return models.ForeignKey(
        db_index=False,
        null=null,
        on_delete=rule or django.db.models.deletion.CASCADE,
        related_name="+",
        to=to,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("runs", "0005_pre_add_ssh_tasks"),
        ("scripts", "0001_create_scripts"),
    ]

    operations = [
        migrations.AddField(
            model_name="run",
            name="follows",
            field=_key("runs.run", null=True, rule=django.db.models.deletion.SET_NULL),
        ),
        migrations.CreateModel(
            name="FollowUp",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("place", models.SmallIntegerField()),
                ("script_name", models.TextField()),
                ("version", models.IntegerField()),
                ("sha256", models.TextField()),
                (
                    "values",
                    models.JSONField(db_default=models.Value({}, output_field=models.JSONField())),
                ),
                ("outcome", models.JSONField()),
                ("within_minutes", models.IntegerField()),
                ("by", models.TextField()),
                ("state", models.TextField(db_default="waiting")),
                ("reason", models.TextField(db_default="")),
                ("noted_at", models.DateTimeField()),
                ("held_until", models.DateTimeField(null=True)),
                ("first", _key("runs.run")),
                ("after", _key("runs.run", null=True)),
                (
                    "run",
                    _key("runs.run", null=True, rule=django.db.models.deletion.SET_NULL),
                ),
                ("script", _key("scripts.script", rule=django.db.models.deletion.PROTECT)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["after"], name="follow_up_after"),
                    models.Index(fields=["run"], name="follow_up_run"),
                    models.Index(
                        condition=models.Q(("state", "waiting")),
                        fields=["id"],
                        name="follow_up_waiting",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("first", "place"), name="follow_up_once"),
                    models.CheckConstraint(
                        condition=models.Q(("place__gte", 1), ("place__lte", 4)),
                        name="follow_up_bounded",
                    ),
                ],
            },
        ),
    ]

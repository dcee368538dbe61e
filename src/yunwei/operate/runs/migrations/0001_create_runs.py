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


_SET_NULL = django.db.models.deletion.SET_NULL


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("agents", "0001_create_agents"),
        ("inventory", "0004_pre_index_licence_changes"),
        ("people", "0003_pre_add_contacts"),
        ("scripts", "0001_create_scripts"),
    ]

    operations = [
        migrations.CreateModel(
            name="Run",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.TextField(unique=True)),
                ("script_name", models.TextField()),
                ("version", models.IntegerField()),
                ("language", models.TextField()),
                ("sha256", models.TextField()),
                ("digest", models.TextField()),
                ("parameters", models.JSONField(db_default=_NOTHING)),
                ("plan", models.JSONField()),
                ("choice", models.JSONField()),
                ("note", models.TextField(db_default="")),
                ("state", models.TextField()),
                ("reason", models.TextField(db_default="")),
                ("total", models.IntegerField()),
                ("counts", models.JSONField(db_default=_NOTHING)),
                ("batch", models.IntegerField(db_default=0)),
                ("batch_over_at", models.DateTimeField(null=True)),
                ("timeout_s", models.IntegerField()),
                ("created_at", models.DateTimeField()),
                ("created_by", models.TextField()),
                ("approve_until", models.DateTimeField(null=True)),
                ("judged_by", models.TextField(db_default="")),
                ("judged_at", models.DateTimeField(null=True)),
                ("judgement_note", models.TextField(db_default="")),
                ("started_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("cancelled_by", models.TextField(db_default="")),
                ("deadline_at", models.DateTimeField()),
                ("order", _key("agents.order", null=True, rule=_SET_NULL)),
                ("retry_of", _key("runs.run", null=True, rule=_SET_NULL)),
                ("script", _key("scripts.script")),
                ("tenant", _key("people.tenant")),
            ],
        ),
        migrations.CreateModel(
            name="Target",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("place", models.IntegerField()),
                ("desktop_name", models.TextField()),
                ("batch", models.IntegerField(null=True)),
                ("state", models.TextField(db_default="queued")),
                ("reason", models.TextField(db_default="")),
                ("sent_at", models.DateTimeField(null=True)),
                ("started_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("exit_code", models.IntegerField(null=True)),
                ("output_bytes", models.BigIntegerField(db_default=0)),
                ("output_digest", models.TextField(db_default="")),
                ("is_cut", models.BooleanField(db_default=False)),
                ("agent", _key("agents.agent", null=True, rule=_SET_NULL)),
                ("desktop", _key("inventory.desktop", null=True, rule=_SET_NULL)),
                ("run", _key("runs.run", rule=django.db.models.deletion.CASCADE)),
                ("task", _key("agents.task", null=True, rule=_SET_NULL)),
            ],
        ),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(fields=["tenant", "-created_at"], name="run_recent"),
        ),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(
                condition=models.Q(("state__in", ("running", "stopping", "asked"))),
                fields=["id"],
                name="run_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="run",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("judged_by", ""),
                    models.Q(("judged_by", models.F("created_by")), _negated=True),
                    _connector="OR",
                ),
                name="run_four_eyes",
            ),
        ),
        migrations.AddIndex(
            model_name="target",
            index=models.Index(fields=["desktop"], name="run_target_desktop"),
        ),
        migrations.AddIndex(
            model_name="target",
            index=models.Index(fields=["run", "state"], name="run_target_state"),
        ),
        migrations.AddIndex(
            model_name="target",
            index=models.Index(
                condition=models.Q(("state", "unknown")),
                fields=["id"],
                name="run_target_unknown",
            ),
        ),
        migrations.AddConstraint(
            model_name="target",
            constraint=models.UniqueConstraint(fields=("run", "place"), name="run_target_once"),
        ),
        migrations.RunSQL(
            # every state of a target is a write
            "ALTER TABLE runs_target SET (fillfactor = 70)",
            "ALTER TABLE runs_target RESET (fillfactor)",
        ),
    ]

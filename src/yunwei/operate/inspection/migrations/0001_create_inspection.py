from typing import Any

import django.db.models.deletion
from django.db import migrations, models

_ID = models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")
_PROTECT = django.db.models.deletion.PROTECT


def _text() -> models.TextField:
    return models.TextField(db_default="")


def _key(to: str, **options: Any) -> Any:
    return models.ForeignKey(on_delete=_PROTECT, related_name="+", to=to, **options)


def _count() -> models.IntegerField:
    return models.IntegerField(db_default=0)


class Migration(migrations.Migration):
    initial = True

    dependencies = [("people", "0003_pre_add_contacts")]

    operations = [
        migrations.CreateModel(
            name="InspectionTemplate",
            fields=[
                ("id", _ID),
                ("title", models.JSONField()),
                ("text", models.TextField()),
                ("sha256", models.TextField()),
                ("checks", models.IntegerField()),
                ("items", models.IntegerField()),
                ("version", models.IntegerField(db_default=1)),
                ("changed_at", models.DateTimeField()),
                ("changed_by", models.TextField()),
                ("removed_at", models.DateTimeField(null=True)),
                ("tenant", _key("people.tenant")),
            ],
        ),
        migrations.CreateModel(
            name="InspectionSchedule",
            fields=[
                ("id", _ID.clone()),
                ("title", models.JSONField()),
                ("rhythm", models.TextField()),
                ("first_day", models.DateField()),
                ("minute", models.IntegerField()),
                ("time_zone", models.TextField()),
                ("is_enabled", models.BooleanField(db_default=True)),
                ("created_at", models.DateTimeField()),
                ("created_by", models.TextField()),
                ("last_due_at", models.DateTimeField(null=True)),
                ("removed_at", models.DateTimeField(null=True)),
                (
                    "template",
                    _key("inspection.inspectiontemplate", null=True, db_index=False),
                ),
                ("tenant", _key("people.tenant")),
            ],
        ),
        migrations.CreateModel(
            name="Inspection",
            fields=[
                ("id", _ID.clone()),
                ("title", models.JSONField()),
                ("template_text", models.TextField()),
                ("state", models.TextField(db_default="queued")),
                ("error", _text()),
                ("tries", _count()),
                ("claimed_until", models.DateTimeField(null=True)),
                ("asked_at", models.DateTimeField()),
                ("asked_by", models.TextField()),
                ("measured_at", models.DateTimeField(null=True)),
                ("content", models.BinaryField(null=True)),
                ("sha256", _text()),
                (
                    "answers",
                    models.JSONField(db_default=models.Value({}, output_field=models.JSONField())),
                ),
                ("score", models.FloatField(null=True)),
                ("grade", models.TextField(null=True)),
                ("coverage", models.FloatField(null=True)),
                ("failed", _count()),
                ("warned", _count()),
                ("unmeasured", _count()),
                ("sealed_at", models.DateTimeField(null=True)),
                ("sealed_by", _text()),
                ("seal", _text()),
                ("before", _key("inspection.inspection", null=True, db_index=False)),
                (
                    "schedule",
                    _key("inspection.inspectionschedule", null=True, db_index=False),
                ),
                (
                    "template",
                    _key("inspection.inspectiontemplate", null=True, db_index=False),
                ),
                ("tenant", _key("people.tenant", db_index=False)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["tenant", "-asked_at"], name="inspection_of_tenant"),
                    models.Index(
                        condition=models.Q(("state__in", ("queued", "working"))),
                        fields=["id"],
                        name="inspection_open",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FollowUp",
            fields=[
                ("id", _ID.clone()),
                ("check_name", models.TextField()),
                ("key", models.TextField()),
                ("ticket_id", models.BigIntegerField(null=True)),
                ("at", models.DateTimeField()),
                ("by", models.TextField()),
                ("inspection", _key("inspection.inspection", db_index=False)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("inspection", "check_name", "key"),
                        name="inspection_follow_up_once",
                    )
                ],
            },
        ),
    ]

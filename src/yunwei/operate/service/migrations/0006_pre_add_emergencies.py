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
    dependencies = [("service", "0005_pre_add_surveys")]

    operations = [
        migrations.CreateModel(
            name="Emergency",
            fields=[
                ("id", _ID),
                ("declared_by", models.TextField()),
                ("declared_at", models.DateTimeField()),
                ("reason", _text()),
                ("telling", models.JSONField()),
                ("update_due_at", models.DateTimeField(null=True)),
                ("ended_by", _text()),
                ("ended_at", models.DateTimeField(null=True)),
                ("resolution", _text()),
                ("timeline", models.JSONField(null=True)),
                ("postmortem", models.JSONField(null=True)),
                ("version", models.IntegerField(db_default=0)),
                ("written_by", _text()),
                ("written_at", models.DateTimeField(null=True)),
                ("released_by", _text()),
                ("released_at", models.DateTimeField(null=True)),
                ("sha256", _text()),
                ("tenant", _key("people.tenant", db_index=False)),
                (
                    "ticket",
                    models.OneToOneField(on_delete=_PROTECT, related_name="+", to="service.ticket"),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["tenant", "-declared_at"], name="service_emergency_of_tenant"
                    ),
                    models.Index(
                        fields=["update_due_at"],
                        condition=Q(ended_at__isnull=True),
                        name="service_emergency_due",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="EmergencyLine",
            fields=[
                ("id", _ID.clone()),
                ("at", models.DateTimeField()),
                ("kind", models.TextField()),
                ("by", models.TextField()),
                ("text", _text()),
                ("written_at", models.DateTimeField()),
                ("told_at", models.DateTimeField(null=True)),
                ("emergency", _key("service.emergency")),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["id"],
                        condition=Q(kind__in=("declared", "told", "ended"), told_at__isnull=True),
                        name="service_line_to_tell",
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="improvement",
            name="emergency",
            field=_key("service.emergency", null=True),
        ),
    ]

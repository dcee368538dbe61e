from typing import Any

import django.db.models.deletion
from django.db import migrations, models

_ID = models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")
_PROTECT = django.db.models.deletion.PROTECT
_SET_NULL = django.db.models.deletion.SET_NULL


def _text() -> models.TextField:
    return models.TextField(db_default="")


def _key(to: str, on_delete: Any = _PROTECT, **options: Any) -> Any:
    return models.ForeignKey(on_delete=on_delete, related_name="+", to=to, **options)


class Migration(migrations.Migration):
    dependencies = [("service", "0004_pre_add_acceptances")]

    operations = [
        migrations.CreateModel(
            name="Survey",
            fields=[
                ("id", _ID),
                ("kind", models.TextField()),
                ("first_on", models.DateField(null=True)),
                ("last_on", models.DateField(null=True)),
                ("nonce", models.BigIntegerField()),
                ("asked_by", models.TextField()),
                ("asked_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(null=True)),
                ("csat", models.IntegerField(null=True)),
                ("nps", models.IntegerField(null=True)),
                ("comment", _text()),
                ("name", _text()),
                ("address", _text()),
                ("contract", _key("service.contract")),
                ("tenant", _key("people.tenant", db_index=False)),
                ("ticket", _key("service.ticket", null=True, db_index=False)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["tenant", "-asked_at"], name="service_survey_of_tenant")
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("ticket",), name="service_survey_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Improvement",
            fields=[
                ("id", _ID.clone()),
                ("title", models.TextField()),
                ("text", _text()),
                ("due_on", models.DateField(null=True)),
                ("state", models.TextField(db_default="open")),
                ("result", _text()),
                ("opened_by", models.TextField()),
                ("opened_at", models.DateTimeField()),
                ("ended_by", _text()),
                ("ended_at", models.DateTimeField(null=True)),
                ("changed_at", models.DateTimeField()),
                ("contract", _key("service.contract", null=True, db_index=False)),
                ("owner", _key("people.user", _SET_NULL, null=True, db_index=False)),
                ("survey", _key("service.survey", null=True, db_index=False)),
                ("tenant", _key("people.tenant", db_index=False)),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["tenant", "-opened_at"], name="service_improvement_of_tenant"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("survey",), name="service_improvement_once")
                ],
            },
        ),
    ]

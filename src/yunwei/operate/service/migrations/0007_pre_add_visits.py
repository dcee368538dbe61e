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
    dependencies = [("service", "0006_pre_add_emergencies")]

    operations = [
        migrations.CreateModel(
            name="Visit",
            fields=[
                ("id", _ID),
                ("state", models.TextField(db_default="planned")),
                ("version", models.IntegerField(db_default=1)),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("first_on", models.DateField()),
                ("days", models.IntegerField()),
                ("engineer_name", models.TextField()),
                ("address", models.TextField()),
                ("contact", _text()),
                ("bring", _text()),
                ("note", _text()),
                ("planned_at", models.DateTimeField()),
                ("planned_by", models.TextField()),
                ("arrived_at", models.DateTimeField(null=True)),
                ("arrived_by", _text()),
                ("latitude", models.FloatField(null=True)),
                ("longitude", models.FloatField(null=True)),
                ("accuracy_m", models.FloatField(null=True)),
                ("result", _text()),
                ("minutes", models.IntegerField(db_default=0)),
                ("done_at", models.DateTimeField(null=True)),
                ("done_by", _text()),
                ("cancelled_at", models.DateTimeField(null=True)),
                ("cancelled_by", _text()),
                ("cancel_note", _text()),
                ("contract", _key("service.contract", db_index=False)),
                ("engineer", _key("people.user")),
                ("tenant", _key("people.tenant", db_index=False)),
                ("ticket", _key("service.ticket")),
            ],
            options={
                "indexes": [
                    models.Index(fields=["tenant", "-starts_at"], name="service_visit_of_tenant"),
                    models.Index(fields=["contract", "first_on"], name="service_visit_of_contract"),
                ],
            },
        ),
        migrations.CreateModel(
            name="VisitFile",
            fields=[
                ("id", _ID.clone()),
                ("name", models.TextField()),
                ("content_type", models.TextField()),
                ("data", models.BinaryField()),
                ("sha256", models.TextField()),
                ("by", models.TextField()),
                ("at", models.DateTimeField()),
                ("visit", _key("service.visit")),
            ],
        ),
        migrations.CreateModel(
            name="VisitSignature",
            fields=[
                ("id", _ID.clone()),
                ("name", models.TextField()),
                ("role", _text()),
                ("remark", _text()),
                ("method", models.TextField()),
                ("at", models.DateTimeField()),
                ("by", models.TextField()),
                ("address", _text()),
                ("content_type", models.TextField()),
                ("image", models.BinaryField()),
                ("image_sha256", models.TextField()),
                ("seal", models.TextField()),
                ("digest", models.TextField()),
                (
                    "visit",
                    models.OneToOneField(on_delete=_PROTECT, related_name="+", to="service.visit"),
                ),
            ],
        ),
    ]

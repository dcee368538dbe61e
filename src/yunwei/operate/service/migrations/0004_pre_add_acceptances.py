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
    dependencies = [("service", "0003_pre_add_cases")]

    operations = [
        migrations.AddField(
            model_name="contract",
            name="is_accepted",
            field=models.BooleanField(db_default=False),
        ),
        migrations.CreateModel(
            name="Acceptance",
            fields=[
                ("id", _ID),
                ("number", models.IntegerField()),
                ("language", models.TextField()),
                ("state", models.TextField(db_default="asked")),
                ("data", models.TextField()),
                ("data_sha256", models.TextField()),
                ("seal", models.TextField()),
                ("signed_seal", _text()),
                ("asked_by", models.TextField()),
                ("asked_at", models.DateTimeField()),
                ("judged_by", _text()),
                ("judged_at", models.DateTimeField(null=True)),
                ("note", _text()),
                ("case", _key("service.case", db_index=False)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("case", "number"), name="service_acceptance_once"
                    ),
                    models.UniqueConstraint(
                        condition=Q(state="asked"), fields=("case",), name="service_one_asked"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AcceptanceFile",
            fields=[
                ("id", _ID.clone()),
                ("kind", models.TextField()),
                ("version", models.IntegerField()),
                ("name", models.TextField()),
                ("content_type", models.TextField()),
                ("data", models.BinaryField()),
                ("sha256", models.TextField()),
                ("at", models.DateTimeField()),
                ("acceptance", _key("service.acceptance", db_index=False)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("acceptance", "name"), name="service_file_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Signature",
            fields=[
                ("id", _ID.clone()),
                ("side", models.TextField()),
                ("by", models.TextField()),
                ("name", models.TextField()),
                ("at", models.DateTimeField()),
                ("method", models.TextField()),
                ("address", _text()),
                ("seal", models.TextField()),
                ("remark", _text()),
                ("feedback", _text()),
                ("scan", _text()),
                ("digest", models.TextField()),
                ("acceptance", _key("service.acceptance", db_index=False)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("acceptance", "side"), name="service_signature_once"
                    )
                ],
            },
        ),
    ]

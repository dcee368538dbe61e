from typing import Any

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

_ID = models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


def _empty_list() -> models.JSONField:
    return models.JSONField(db_default=models.Value([], output_field=models.JSONField()))


def _text() -> models.TextField:
    return models.TextField(db_default="")


def _key(to: str, on_delete: Any, **options: Any) -> Any:
    return models.ForeignKey(on_delete=on_delete, related_name="+", to=to, **options)


_PROTECT = django.db.models.deletion.PROTECT
_CASCADE = django.db.models.deletion.CASCADE
_SET_NULL = django.db.models.deletion.SET_NULL


class Migration(migrations.Migration):
    initial = True

    dependencies = [("people", "0003_pre_add_contacts")]

    operations = [
        migrations.CreateModel(
            name="Contract",
            fields=[
                ("id", _ID),
                ("number", models.TextField()),
                ("name", models.TextField()),
                ("latest", models.IntegerField(db_default=1)),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_by", _text()),
                ("end_note", _text()),
                ("changed_at", models.DateTimeField()),
                ("changed_by", _text()),
                ("tenant", _key("people.tenant", _PROTECT, db_index=False)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "number"), name="service_contract_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Terms",
            fields=[
                ("id", _ID.clone()),
                ("number", models.IntegerField()),
                ("content", models.JSONField()),
                ("sha256", models.TextField()),
                ("state", models.TextField(db_default="draft")),
                ("by", models.TextField()),
                ("at", models.DateTimeField()),
                ("offered_by", _text()),
                ("offered_at", models.DateTimeField(null=True)),
                ("judged_by", _text()),
                ("judged_at", models.DateTimeField(null=True)),
                ("paper", _text()),
                ("note", _text()),
                ("contract", _key("service.contract", _CASCADE, db_index=False)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("contract", "number"), name="service_terms_once"
                    ),
                    models.UniqueConstraint(
                        condition=Q(state="agreed"), fields=("contract",), name="service_one_agreed"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="InterfacePerson",
            fields=[
                ("id", _ID.clone()),
                ("side", models.TextField()),
                ("name", models.TextField()),
                ("phone", _text()),
                ("email", _text()),
                ("is_deputy", models.BooleanField(db_default=False)),
                ("from_at", models.DateTimeField()),
                ("until_at", models.DateTimeField(null=True)),
                ("announced_at", models.DateTimeField()),
                ("announced_by", models.TextField()),
                ("notice_until", models.DateTimeField(null=True)),
                ("late_reason", _text()),
                ("seen_by", _text()),
                ("seen_at", models.DateTimeField(null=True)),
                ("contract", _key("service.contract", _CASCADE)),
                ("user", _key("people.user", _SET_NULL, null=True, db_index=False)),
            ],
        ),
        migrations.CreateModel(
            name="Authorisation",
            fields=[
                ("id", _ID.clone()),
                ("operations", _empty_list()),
                ("desktops", _text()),
                ("hours", _text()),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("note", _text()),
                ("state", models.TextField(db_default="asked")),
                ("asked_by", models.TextField()),
                ("asked_at", models.DateTimeField()),
                ("judged_by", _text()),
                ("judged_at", models.DateTimeField(null=True)),
                ("paper", _text()),
                ("judgement_note", _text()),
                ("revoked_by", _text()),
                ("revoked_at", models.DateTimeField(null=True)),
                ("contract", _key("service.contract", _PROTECT)),
                ("tenant", _key("people.tenant", _PROTECT)),
            ],
        ),
        migrations.CreateModel(
            name="AskedAct",
            fields=[
                ("id", _ID.clone()),
                ("at", models.DateTimeField()),
                ("by", models.TextField()),
                ("operation", models.TextField()),
                ("title", _text()),
                ("count", models.IntegerField()),
                ("is_allowed", models.BooleanField()),
                ("reason", models.TextField()),
                ("outside", _empty_list()),
                ("authorisation", _key("service.authorisation", _PROTECT, null=True)),
                ("tenant", _key("people.tenant", _PROTECT, db_index=False)),
            ],
            options={
                "indexes": [models.Index(fields=["tenant", "-at"], name="service_act_of_tenant")],
            },
        ),
    ]

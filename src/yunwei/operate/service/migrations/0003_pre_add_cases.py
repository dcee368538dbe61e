from typing import Any

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

_ID = models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")
_CASCADE = django.db.models.deletion.CASCADE
_PROTECT = django.db.models.deletion.PROTECT


def _text() -> models.TextField:
    return models.TextField(db_default="")


def _key(to: str, on_delete: Any, **options: Any) -> Any:
    return models.ForeignKey(on_delete=on_delete, related_name="+", to=to, **options)


class Migration(migrations.Migration):
    dependencies = [("service", "0002_pre_add_tickets")]

    operations = [
        migrations.CreateModel(
            name="Case",
            fields=[
                ("id", _ID),
                ("title", models.TextField()),
                ("need", _text()),
                ("step", models.TextField(db_default="enquiry")),
                ("opened_by", models.TextField()),
                ("opened_at", models.DateTimeField()),
                ("since", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                ("changed_by", models.TextField()),
                ("contract", _key("service.contract", _PROTECT, null=True, db_index=False)),
                ("tenant", _key("people.tenant", _PROTECT, db_index=False)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["tenant", "-opened_at"], name="service_case_of_tenant")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=~Q(step="cancelled"),
                        fields=("contract",),
                        name="service_case_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CaseTask",
            fields=[
                ("id", _ID.clone()),
                ("key", models.TextField()),
                ("on", models.DateField()),
                ("by", models.TextField()),
                ("side", models.TextField()),
                ("at", models.DateTimeField()),
                ("note", _text()),
                ("case", _key("service.case", _CASCADE, db_index=False)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("case", "key"), name="service_case_task_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="CaseMove",
            fields=[
                ("id", _ID.clone()),
                ("at", models.DateTimeField()),
                ("by", models.TextField()),
                ("from_step", models.TextField()),
                ("to_step", models.TextField()),
                ("note", _text()),
                ("case", _key("service.case", _CASCADE)),
            ],
        ),
        migrations.CreateModel(
            name="CaseDocument",
            fields=[
                ("id", _ID.clone()),
                ("step", models.TextField()),
                ("kind", models.TextField()),
                ("name", models.TextField()),
                ("content_type", models.TextField()),
                ("data", models.BinaryField()),
                ("sha256", models.TextField()),
                ("by", models.TextField()),
                ("side", models.TextField()),
                ("at", models.DateTimeField()),
                ("case", _key("service.case", _CASCADE)),
            ],
        ),
        migrations.CreateModel(
            name="Plan",
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
                ("case", _key("service.case", _CASCADE, db_index=False)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("case", "number"), name="service_plan_once"),
                    models.UniqueConstraint(
                        condition=Q(state="agreed"), fields=("case",), name="service_one_plan"
                    ),
                ],
            },
        ),
    ]

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("collect", "0003_pre_add_trap_family"),
        ("people", "0002_add_audit_guard"),
    ]

    operations = [
        migrations.CreateModel(
            name="DeadLetter",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("intake_id", models.TextField(unique=True)),
                ("received_at", models.DateTimeField()),
                ("address", models.TextField(db_default="")),
                ("kind", models.TextField(db_default="datagram")),
                ("error", models.TextField()),
                ("data", models.BinaryField()),
                ("original", models.BinaryField(null=True)),
                ("state", models.TextField(db_default="open")),
                ("attempts", models.IntegerField(db_default=0)),
                ("note", models.TextField(db_default="")),
                ("closed_by", models.TextField(db_default="")),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "source",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="collect.source",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.tenant",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["tenant", "state", "-received_at"], name="dead_letter_list"
                    )
                ],
            },
        ),
    ]

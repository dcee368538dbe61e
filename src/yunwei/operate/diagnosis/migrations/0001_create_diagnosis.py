import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [("people", "0003_pre_add_contacts")]

    operations = [
        migrations.CreateModel(
            name="Diagnosis",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("subject_kind", models.TextField()),
                ("subject_id", models.BigIntegerField()),
                ("subject_name", models.TextField()),
                ("at", models.DateTimeField()),
                ("by", models.TextField()),
                ("cause", models.TextField(db_default="")),
                ("score", models.FloatField(db_default=0)),
                ("took_s", models.FloatField(db_default=0)),
                ("verdict", models.JSONField()),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="people.tenant",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["tenant", "-at"], name="diagnosis_recent"),
                    models.Index(
                        fields=["subject_kind", "subject_id", "-at"], name="diagnosis_subject"
                    ),
                ],
            },
        ),
    ]

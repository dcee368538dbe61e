import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Value


class Migration(migrations.Migration):
    dependencies = [
        ("collect", "0005_pre_add_samples"),
        ("people", "0002_add_audit_guard"),
    ]

    operations = [
        migrations.CreateModel(
            name="Reconciliation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(null=True)),
                ("tried_at", models.DateTimeField(null=True)),
                ("is_complete", models.BooleanField(db_default=True)),
                ("listed", models.IntegerField(db_default=0)),
                ("raised", models.IntegerField(db_default=0)),
                ("cleared", models.IntegerField(db_default=0)),
                ("raised_total", models.BigIntegerField(db_default=0)),
                ("cleared_total", models.BigIntegerField(db_default=0)),
                (
                    "waiting",
                    models.JSONField(db_default=Value([], output_field=models.JSONField())),
                ),
                ("wanted_at", models.DateTimeField(null=True)),
                ("error", models.TextField(db_default="")),
                (
                    "source",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="collect.source",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.tenant",
                    ),
                ),
            ],
        ),
    ]

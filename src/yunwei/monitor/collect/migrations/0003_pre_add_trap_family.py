import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("collect", "0002_pre_add_heard"), ("people", "0002_add_audit_guard")]

    operations = [
        migrations.CreateModel(
            name="TrapFamily",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.TextField()),
                ("content", models.JSONField()),
                ("origin", models.TextField(db_default="")),
                ("is_enabled", models.BooleanField(db_default=True)),
                ("version", models.IntegerField(db_default=1)),
                ("changed_by", models.TextField()),
                ("changed_at", models.DateTimeField()),
                (
                    "tenant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.tenant",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="trapfamily",
            constraint=models.UniqueConstraint(
                models.F("tenant"),
                django.db.models.functions.text.Lower("name"),
                name="trap_family_name",
            ),
        ),
    ]

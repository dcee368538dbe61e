import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("alarms", "0002_pre_add_softening"), ("people", "0002_add_audit_guard")]

    operations = [
        migrations.CreateModel(
            name="TypeNote",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("alarm_type", models.TextField()),
                ("note", models.TextField()),
                ("by", models.TextField()),
                ("at", models.DateTimeField()),
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
        migrations.AddConstraint(
            model_name="typenote",
            constraint=models.UniqueConstraint(
                fields=("tenant", "alarm_type"), name="type_note_identity"
            ),
        ),
    ]

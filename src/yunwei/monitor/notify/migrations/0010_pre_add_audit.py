from django.db import migrations, models
from django.db.models import Value


class Migration(migrations.Migration):
    dependencies = [("notify", "0009_pre_add_ownership")]

    operations = [
        migrations.CreateModel(
            name="Audit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("next_at", models.DateTimeField()),
                ("at", models.DateTimeField(null=True)),
                (
                    "findings",
                    models.JSONField(db_default=Value([], output_field=models.JSONField())),
                ),
                ("duration_s", models.FloatField(db_default=0.0)),
                ("intake_end", models.BigIntegerField(null=True)),
                ("heartbeat_at", models.DateTimeField(null=True)),
                ("heartbeat_error", models.TextField(db_default="")),
                ("heartbeat_url", models.BinaryField(db_default=b"")),
                ("heartbeat_host", models.TextField(db_default="")),
            ],
        ),
    ]

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0003_pre_add_contacts"),
        ("reports", "0001_create_reports"),
    ]

    operations = [
        migrations.CreateModel(
            name="ReportSetting",
            fields=[
                (
                    "tenant",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="people.tenant",
                    ),
                ),
                ("version", models.IntegerField(db_default=1)),
                ("allows_outside", models.BooleanField(db_default=False)),
                (
                    "domains",
                    models.JSONField(db_default=models.Value([], output_field=models.JSONField())),
                ),
                ("most_bytes", models.BigIntegerField()),
                ("changed_at", models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name="delivery",
            name="told",
            field=models.JSONField(db_default=models.Value([], output_field=models.JSONField())),
        ),
    ]

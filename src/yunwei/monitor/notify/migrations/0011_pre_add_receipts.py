import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("notify", "0010_pre_add_audit")]

    operations = [
        migrations.CreateModel(
            name="Receipt",
            fields=[
                (
                    "message",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="notify.message",
                    ),
                ),
                ("native_id", models.TextField(db_default="")),
                ("state", models.TextField()),
                ("reason", models.TextField(db_default="")),
                ("at", models.DateTimeField(null=True)),
                ("said_at", models.DateTimeField(null=True)),
                ("is_settled", models.BooleanField(db_default=False)),
                ("asked", models.IntegerField(db_default=0)),
                ("ask_at", models.DateTimeField(null=True)),
                (
                    "channel",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="notify.channel",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=~Q(native_id=""),
                        fields=["channel", "native_id"],
                        name="receipt_native_id",
                    ),
                    models.Index(
                        condition=Q(ask_at__isnull=False), fields=["ask_at"], name="receipt_to_ask"
                    ),
                    models.Index(
                        condition=Q(state="undelivered", is_settled=False),
                        fields=["message"],
                        name="receipt_unsettled",
                    ),
                ],
            },
        ),
    ]

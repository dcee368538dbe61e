import django.db.models.deletion
from django.db import migrations, models

_ID = models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


def _text() -> models.TextField:
    return models.TextField(db_default="")


class Migration(migrations.Migration):
    dependencies = [("letters", "0001_create_letters")]

    operations = [
        migrations.CreateModel(
            name="Mailbox",
            fields=[
                ("id", _ID),
                ("address", models.TextField()),
                ("host", models.TextField()),
                ("port", models.IntegerField()),
                ("security", models.TextField()),
                ("user", models.TextField()),
                ("folder", models.TextField()),
                ("trust", models.TextField()),
                ("ca", _text()),
                ("secrets", models.BinaryField()),
                ("is_enabled", models.BooleanField()),
                ("changed_by", models.TextField()),
                ("changed_at", models.DateTimeField()),
                ("looked_at", models.DateTimeField(null=True)),
                ("ok_at", models.DateTimeField(null=True)),
                ("error", _text()),
            ],
        ),
        migrations.CreateModel(
            name="Mail",
            fields=[
                ("id", _ID.clone()),
                ("key", models.TextField(unique=True)),
                ("received_at", models.DateTimeField()),
                ("sender", models.TextField()),
                ("sender_name", models.TextField()),
                ("subject", models.TextField()),
                ("text", models.TextField()),
                ("state", models.TextField()),
                ("why", _text()),
                ("by", _text()),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "tenant",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.tenant",
                    ),
                ),
                (
                    "ticket",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="service.ticket",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["state", "-received_at"], name="letters_mail_by_state")
                ],
            },
        ),
        migrations.CreateModel(
            name="MailFile",
            fields=[
                ("id", _ID.clone()),
                ("name", models.TextField()),
                ("content_type", models.TextField()),
                ("data", models.BinaryField()),
                ("sha256", models.TextField()),
                (
                    "mail",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="letters.mail",
                    ),
                ),
            ],
        ),
    ]

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# what people wrote as their phone and can be read as a mobile number goes on being theirs
_KEEP = r"""
INSERT INTO people_contactmethod (user_id, kind, address, vouched, vouched_at)
SELECT id, 'mobile',
       CASE WHEN typed ~ '^1[3-9][0-9]{9}$' THEN '+86' || typed ELSE typed END, 'kept', now()
  FROM (SELECT id, regexp_replace(phone, '[ ()-]', '', 'g') AS typed FROM people_user) AS known
 WHERE typed ~ '^(1[3-9][0-9]{9}|[+][1-9][0-9]{6,14})$'
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0002_add_audit_guard")]

    operations = [
        migrations.CreateModel(
            name="ContactMethod",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.TextField()),
                ("address", models.TextField()),
                ("position", models.IntegerField(db_default=0)),
                ("vouched", models.TextField(db_default="")),
                ("vouched_at", models.DateTimeField(null=True)),
                ("code_digest", models.BinaryField(db_default=b"")),
                ("code_sent_at", models.DateTimeField(null=True)),
                ("code_tries", models.IntegerField(db_default=0)),
                ("codes_sent", models.IntegerField(db_default=0)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user", "kind", "address"), name="people_contact_method_once"
                    )
                ]
            },
        ),
        migrations.CreateModel(
            name="QuietHours",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("starts_minute", models.SmallIntegerField()),
                ("ends_minute", models.SmallIntegerField()),
                ("time_zone", models.TextField()),
                ("lets_critical", models.BooleanField(db_default=True)),
            ],
        ),
        migrations.RunSQL(_KEEP, migrations.RunSQL.noop),
    ]

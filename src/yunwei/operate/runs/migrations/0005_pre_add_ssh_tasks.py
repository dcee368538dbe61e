import django.db.models.deletion
from django.db import migrations, models

_OPEN = models.Q(("state", "over"), _negated=True)


class Migration(migrations.Migration):
    dependencies = [
        ("runs", "0004_pre_add_watched"),
        ("ssh", "0001_create_ssh"),
    ]

    operations = [
        migrations.AddField(
            model_name="target",
            name="ssh_profile",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="ssh.profile",
            ),
        ),
        migrations.CreateModel(
            name="SshTask",
            fields=[
                (
                    "target",
                    models.OneToOneField(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="runs.target",
                    ),
                ),
                (
                    "profile",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="ssh.profile",
                    ),
                ),
                ("state", models.TextField(db_default="intended")),
                ("holder", models.TextField(db_default="")),
                ("due_at", models.DateTimeField()),
                ("tries", models.SmallIntegerField(db_default=0)),
                ("is_stop_wanted", models.BooleanField(db_default=False)),
            ],
        ),
        migrations.AddIndex(
            model_name="sshtask",
            index=models.Index(condition=_OPEN, fields=["due_at"], name="ssh_task_due"),
        ),
        migrations.AddIndex(
            model_name="sshtask",
            index=models.Index(condition=_OPEN, fields=["profile"], name="ssh_task_open"),
        ),
    ]

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notify", "0005_pre_add_link_use"),
    ]

    operations = [
        migrations.CreateModel(
            name="Bucket",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("address", models.TextField(db_default="")),
                (
                    "taken",
                    models.JSONField(db_default=models.Value({}, output_field=models.JSONField())),
                ),
                ("blocked_until", models.DateTimeField(null=True)),
                ("changed_at", models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name="channel",
            name="limits",
            field=models.TextField(db_default=""),
        ),
        migrations.AddField(
            model_name="message",
            name="digest",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="notify.message",
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="hold",
            field=models.TextField(db_default=""),
        ),
        migrations.AddField(
            model_name="message",
            name="is_doubtful",
            field=models.BooleanField(db_default=False),
        ),
        migrations.AddField(
            model_name="message",
            name="language",
            field=models.TextField(db_default=""),
        ),
        migrations.AddField(
            model_name="message",
            name="reason",
            field=models.TextField(db_default=""),
        ),
        migrations.AddField(
            model_name="bucket",
            name="channel",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="notify.channel",
            ),
        ),
        migrations.AddConstraint(
            model_name="bucket",
            constraint=models.UniqueConstraint(
                fields=("channel", "address"), name="bucket_of_channel", nulls_distinct=False
            ),
        ),
    ]

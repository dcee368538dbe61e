from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("notify", "0006_pre_add_delivery")]

    operations = [
        AddIndexConcurrently(
            model_name="message",
            index=models.Index(
                condition=models.Q(("state__in", ["pending", "sending"])),
                fields=["channel", "next_at"],
                name="message_due_by_channel",
            ),
        ),
        AddIndexConcurrently(
            model_name="message",
            index=models.Index(
                condition=models.Q(("digest__isnull", False)),
                fields=["digest"],
                name="message_of_digest",
            ),
        ),
        AddIndexConcurrently(
            model_name="message",
            index=models.Index(fields=["channel", "-created_at"], name="message_of_channel"),
        ),
    ]

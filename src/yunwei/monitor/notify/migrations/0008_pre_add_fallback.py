import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notify", "0007_pre_add_delivery_indexes")]

    operations = [
        migrations.AddField(
            "channel",
            "fallback",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="notify.channel",
            ),
        ),
        migrations.AddField(
            "message",
            "replaces",
            models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="notify.message",
            ),
        ),
    ]

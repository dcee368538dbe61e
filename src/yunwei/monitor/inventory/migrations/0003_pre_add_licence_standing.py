"""What licences are bound to, how full they ever were, and what has been told of them."""

from django.db import migrations, models


def _add(name: str, field: models.Field) -> migrations.AddField:
    return migrations.AddField(model_name="licence", name=name, field=field)


class Migration(migrations.Migration):
    dependencies = [("inventory", "0002_pre_add_sightings")]

    operations = [
        _add("kind", models.TextField(db_default="")),
        _add("server", models.TextField(db_default="")),
        _add("binding", models.TextField(db_default="")),
        _add("grace_ends_at", models.DateTimeField(null=True)),
        _add("peak_used", models.FloatField(null=True)),
        _add("peak_at", models.DateTimeField(null=True)),
        _add("expiry_step", models.SmallIntegerField(null=True)),
        _add("use_level", models.SmallIntegerField(db_default=0)),
        _add("scarce_at", models.FloatField(db_default=0.85)),
        _add("spent_at", models.FloatField(db_default=0.95)),
        migrations.AddField(
            model_name="licencechange",
            name="is_told",
            field=models.BooleanField(db_default=True),
        ),
    ]

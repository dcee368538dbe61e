import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

_ID = models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


def _key(to: str) -> models.ForeignKey:
    return models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to=to)


class Migration(migrations.Migration):
    initial = True

    dependencies = [("people", "0003_pre_add_contacts")]

    operations = [
        migrations.CreateModel(
            name="SavedView",
            fields=[
                ("id", _ID),
                ("page", models.TextField()),
                ("name", models.TextField()),
                ("query", models.TextField(db_default="")),
                ("is_shared", models.BooleanField(db_default=False)),
                ("changed_at", models.DateTimeField()),
                ("owner", _key(settings.AUTH_USER_MODEL)),
                ("tenant", _key("people.tenant")),
            ],
            options={
                "indexes": [
                    models.Index(fields=["tenant", "page"], name="saved_views_view_tenant")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("owner", "page", "name"), name="saved_views_view_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DefaultView",
            fields=[
                ("id", _ID.clone()),
                ("page", models.TextField()),
                ("user", _key(settings.AUTH_USER_MODEL)),
                ("view", _key("saved_views.savedview")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user", "page"), name="saved_views_default_once"
                    )
                ],
            },
        ),
    ]

import django.db.models.deletion
from django.db import migrations, models

# Every table of routes ends with one that catches all: the last one that does becomes it; where
# there is none it is made, which tells operators (the provider's) or nobody (a customer's). Its
# place is far behind, for processes that do not know yet that it is the last.
_CATCH_ALL = """
UPDATE notify_route r SET is_catch_all = true
  FROM (SELECT DISTINCT ON (tenant_id) id, condition, goes_on FROM notify_route
         WHERE removed_at IS NULL AND is_enabled ORDER BY tenant_id, position DESC, id DESC) last
 WHERE r.id = last.id AND last.condition ->> 'op' = 'always' AND NOT last.goes_on;
INSERT INTO notify_route (tenant_id, position, name, condition, roles, is_catch_all, changed_at)
SELECT t.id, 1000000, '兜底：其余全部告警 / Catch-all: every other alarm',
       '{"field": "*", "op": "always"}'::jsonb,
       CASE WHEN t.is_provider THEN '["platform_administrator", "operator"]'::jsonb
            ELSE '[]'::jsonb END,
       true, now()
  FROM people_tenant t
 WHERE EXISTS (SELECT FROM notify_route r WHERE r.tenant_id = t.id AND r.removed_at IS NULL)
   AND NOT EXISTS (SELECT FROM notify_route r WHERE r.tenant_id = t.id AND r.is_catch_all);
SET CONSTRAINTS ALL IMMEDIATE;
"""


def _key() -> models.BigAutoField:
    return models.BigAutoField(
        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
    )


def _list() -> models.JSONField:
    return models.JSONField(db_default=models.Value([], output_field=models.JSONField()))


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0002_pre_add_sightings"),
        ("notify", "0008_pre_add_fallback"),
        ("people", "0002_add_audit_guard"),
    ]

    operations = [
        migrations.CreateModel(
            name="Ownership",
            fields=[
                ("id", _key()),
                ("scope", models.TextField()),
                ("path", models.TextField(db_default="")),
                ("people", _list()),
                ("roles", _list()),
                ("schedules", _list()),
                ("note", models.TextField(db_default="")),
                ("changed_at", models.DateTimeField()),
                (
                    "pool",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="inventory.pool",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.tenant",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("scope", "object")),
                        fields=("tenant", "path"),
                        name="ownership_of_object",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("scope", "pool")),
                        fields=("tenant", "pool"),
                        name="ownership_of_pool",
                    ),
                ]
            },
        ),
        migrations.AddField("route", "is_catch_all", models.BooleanField(db_default=False)),
        migrations.AddField("route", "min_severity", models.TextField(db_default="")),
        migrations.AddField("route", "duty_role", models.TextField(db_default="")),
        migrations.AddField("route", "owners", _list()),
        migrations.AddField("route", "schedules", _list()),
        migrations.RunSQL(_CATCH_ALL, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="route",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_catch_all", True), ("removed_at", None)),
                fields=("tenant",),
                name="route_catch_all",
            ),
        ),
    ]

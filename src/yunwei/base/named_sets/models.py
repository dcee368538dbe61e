"""The tables of named sets, declared for migrations. Reading and writing is in `store`."""

from django.db import models
from django.db.models import Value


class NamedSet(models.Model):
    tenant = models.ForeignKey("people.Tenant", models.PROTECT, related_name="+", db_index=False)
    name = models.TextField()
    kind = models.TextField()
    # a list of texts
    values = models.JSONField(db_default=Value([], output_field=models.JSONField()))
    note = models.TextField(db_default="")
    is_shared = models.BooleanField(db_default=False)
    version = models.IntegerField(db_default=1)
    changed_at = models.DateTimeField()
    changed_by = models.TextField(db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "name"], name="named_set_once"),
        ]


class SetUse(models.Model):
    """A rule names a set. rule: its number among the rules of its kind, of a part above."""

    tenant = models.ForeignKey("people.Tenant", models.CASCADE, related_name="+", db_index=False)
    kind = models.TextField()
    rule = models.BigIntegerField()
    rule_name = models.TextField()
    set_name = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "rule", "set_name"], name="named_set_use_once"),
        ]
        indexes = [models.Index(fields=["set_name"], name="named_set_use_of_set")]

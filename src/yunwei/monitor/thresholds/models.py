"""The tables of threshold rules, declared for migrations. All reading and writing is in `store`."""

from django.db import models
from django.db.models import Q, Value


class ThresholdRule(models.Model):
    """content: `facts.ThresholdContent`. lease_until: until when a process evaluates it."""

    tenant = models.ForeignKey("people.Tenant", models.PROTECT, related_name="+", db_index=False)
    version = models.IntegerField(db_default=1)
    name = models.TextField()
    content = models.JSONField()
    is_enabled = models.BooleanField(db_default=True)
    changed_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)
    evaluated_until = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["tenant"], condition=Q(removed_at__isnull=True), name="threshold_of_tenant"
            )
        ]


class Standing(models.Model):
    """What a rule remembers of an object that is not at rest; only of those.

    standing: `facts.Standing`. severity: of its alarm, "" without one.
    """

    tenant = models.ForeignKey("people.Tenant", models.PROTECT, related_name="+", db_index=False)
    rule = models.ForeignKey(ThresholdRule, models.CASCADE, related_name="+", db_index=False)
    source = models.ForeignKey("collect.Source", models.CASCADE, related_name="+", db_index=False)
    object_id = models.TextField()
    version = models.IntegerField()
    managed_object = models.TextField()
    name = models.TextField()
    standing = models.JSONField()
    state = models.TextField()
    severity = models.TextField(db_default="")
    value = models.FloatField(null=True)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "source", "object_id"], name="standing_identity"
            )
        ]
        indexes = [models.Index(fields=["tenant", "rule"], name="standing_of_tenant")]


class Trial(models.Model):
    """A rule tried on the past. trial: `facts.Trial`, once it is done."""

    tenant = models.ForeignKey("people.Tenant", models.PROTECT, related_name="+", db_index=False)
    rule = models.ForeignKey(
        ThresholdRule, models.CASCADE, null=True, related_name="+", db_index=False
    )
    content = models.JSONField()
    days = models.IntegerField()
    state = models.TextField()
    progress = models.FloatField(db_default=0.0)
    by = models.TextField()
    started_at = models.DateTimeField()
    touched_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    error = models.TextField(db_default="")
    trial = models.JSONField(db_default=Value(None, output_field=models.JSONField()), null=True)

    class Meta:
        indexes = [
            models.Index(fields=["rule", "-started_at"], name="trial_of_rule"),
            models.Index(fields=["tenant", "-started_at"], name="trial_recent"),
        ]

"""The tables of event plans, declared for migrations. Reading and writing is in `store`."""

from django.db import models
from django.db.models import Q


class Plan(models.Model):
    """content: what it says (`facts.PlanDraft` without its tenant). summary: once it ended."""

    tenant = models.ForeignKey("people.Tenant", models.PROTECT, related_name="+")
    kind = models.TextField()
    name = models.TextField()
    content = models.JSONField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    frozen_from = models.DateTimeField()
    frozen_until = models.DateTimeField()
    state = models.TextField(db_default="drafted")
    version = models.IntegerField(db_default=1)
    made_at = models.DateTimeField()
    made_by = models.TextField()
    inspection = models.ForeignKey(
        "inspection.Inspection", models.PROTECT, null=True, related_name="+", db_index=False
    )
    started_at = models.DateTimeField(null=True)
    started_by = models.TextField(db_default="")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.TextField(db_default="")
    summary = models.JSONField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["tenant"], condition=Q(state="started"), name="assurance_plan_started"
            )
        ]


class FreezeException(models.Model):
    """Somebody may act in spite of a freeze: written once, never changed."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="+")
    who = models.TextField()
    reason = models.TextField()
    until = models.DateTimeField()
    granted_by = models.TextField()
    granted_at = models.DateTimeField()

"""The tables of inspections, declared for migrations. Reading and writing is in `store`."""

from django.db import models
from django.db.models import Q, Value


class InspectionTemplate(models.Model):
    """A tenant's own template. text: TOML, as it was written. title: in both languages."""

    tenant = models.ForeignKey("people.Tenant", models.PROTECT, related_name="+")
    title = models.JSONField()
    text = models.TextField()
    sha256 = models.TextField()
    checks = models.IntegerField()
    items = models.IntegerField()
    version = models.IntegerField(db_default=1)
    changed_at = models.DateTimeField()
    changed_by = models.TextField()
    removed_at = models.DateTimeField(null=True)


class InspectionSchedule(models.Model):
    """Inspections that are made again and again. last_due_at: for when the last was asked."""

    tenant = models.ForeignKey("people.Tenant", models.PROTECT, related_name="+")
    template = models.ForeignKey(
        InspectionTemplate, models.PROTECT, null=True, related_name="+", db_index=False
    )
    title = models.JSONField()
    rhythm = models.TextField()
    first_day = models.DateField()
    minute = models.IntegerField()
    time_zone = models.TextField()
    is_enabled = models.BooleanField(db_default=True)
    created_at = models.DateTimeField()
    created_by = models.TextField()
    last_due_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)


class Inspection(models.Model):
    """One inspection. content: frozen, packed; None until it is measured. template_text: by which
    it is made. answers: by item."""

    tenant = models.ForeignKey("people.Tenant", models.PROTECT, related_name="+", db_index=False)
    template = models.ForeignKey(
        InspectionTemplate, models.PROTECT, null=True, related_name="+", db_index=False
    )
    schedule = models.ForeignKey(
        InspectionSchedule, models.PROTECT, null=True, related_name="+", db_index=False
    )
    title = models.JSONField()
    template_text = models.TextField()
    state = models.TextField(db_default="queued")
    error = models.TextField(db_default="")
    tries = models.IntegerField(db_default=0)
    claimed_until = models.DateTimeField(null=True)
    asked_at = models.DateTimeField()
    asked_by = models.TextField()
    measured_at = models.DateTimeField(null=True)
    content = models.BinaryField(null=True)
    sha256 = models.TextField(db_default="")
    answers = models.JSONField(db_default=Value({}, output_field=models.JSONField()))
    score = models.FloatField(null=True)
    grade = models.TextField(null=True)
    coverage = models.FloatField(null=True)
    failed = models.IntegerField(db_default=0)
    warned = models.IntegerField(db_default=0)
    unmeasured = models.IntegerField(db_default=0)
    before = models.ForeignKey("self", models.PROTECT, null=True, related_name="+", db_index=False)
    sealed_at = models.DateTimeField(null=True)
    sealed_by = models.TextField(db_default="")
    seal = models.TextField(db_default="")

    class Meta:
        indexes = [
            models.Index(fields=["tenant", "-asked_at"], name="inspection_of_tenant"),
            models.Index(
                fields=["id"], condition=Q(state__in=("queued", "working")), name="inspection_open"
            ),
        ]


class FollowUp(models.Model):
    """A ticket that is made of a finding, once. ticket: None for the moment in which it is being
    opened. key: "" of an item."""

    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="+", db_index=False)
    check_name = models.TextField()
    key = models.TextField()
    ticket_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    by = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["inspection", "check_name", "key"], name="inspection_follow_up_once"
            )
        ]

"""The tables of changes, declared for migrations. Reading and writing is in `store`."""

from django.db import models
from django.db.models import Q


class Template(models.Model):
    """How a standard change is carried out, as TOML."""

    tenant = models.ForeignKey("people.Tenant", models.PROTECT, related_name="+")
    title = models.JSONField()
    text = models.TextField()
    sha256 = models.TextField()
    risk = models.TextField()
    steps = models.IntegerField()
    scripts = models.IntegerField()
    version = models.IntegerField(db_default=1)
    changed_at = models.DateTimeField()
    changed_by = models.TextField()
    removed_at = models.DateTimeField(null=True)


class Change(models.Model):
    """A change with the text by which it is carried out, as it was when it was planned."""

    tenant = models.ForeignKey("people.Tenant", models.PROTECT, related_name="+", db_index=False)
    ticket = models.ForeignKey("service.Ticket", models.PROTECT, related_name="+", db_index=False)
    template = models.ForeignKey(Template, models.PROTECT, related_name="+", db_index=False)
    template_version = models.IntegerField()
    template_sha256 = models.TextField()
    title = models.JSONField()
    purpose = models.JSONField()
    risk = models.TextField()
    choice = models.JSONField()
    note = models.TextField(db_default="")
    state = models.TextField(db_default="planned")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    planned_at = models.DateTimeField()
    planned_by = models.TextField()
    started_at = models.DateTimeField(null=True)
    started_by = models.TextField(db_default="")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.TextField(db_default="")
    conclusion = models.TextField(db_default="")
    concluded_at = models.DateTimeField(null=True)
    concluded_by = models.TextField(db_default="")

    class Meta:
        indexes = [
            models.Index(fields=["tenant", "-starts_at"], name="changes_change_of_tenant"),
            models.Index(fields=["ticket"], name="changes_change_of_ticket"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["ticket"],
                condition=Q(state__in=("planned", "working", "halted", "rolling_back")),
                name="changes_one_open",
            )
        ]


class Step(models.Model):
    """spec: `facts.StepSpec`. outcome: of its last run, once that is over."""

    change = models.ForeignKey(Change, models.PROTECT, related_name="+", db_index=False)
    place = models.IntegerField()
    spec = models.JSONField()
    script_id = models.BigIntegerField(null=True)
    state = models.TextField(db_default="pending")
    attempt = models.IntegerField(db_default=0)
    run = models.ForeignKey(
        "runs.Run", models.SET_NULL, null=True, related_name="+", db_index=False
    )
    outcome = models.JSONField(null=True)
    started_at = models.DateTimeField(null=True)
    started_by = models.TextField(db_default="")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.TextField(db_default="")
    result = models.TextField(db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["change", "place"], name="changes_step_once")
        ]
        indexes = [
            models.Index(
                fields=["id"],
                condition=Q(state="started", script_id__isnull=False),
                name="changes_step_runs",
            ),
            models.Index(fields=["run"], name="changes_step_run"),
        ]


class Line(models.Model):
    """One thing that happened: written once, never changed."""

    change = models.ForeignKey(Change, models.PROTECT, related_name="+")
    step = models.ForeignKey(Step, models.PROTECT, null=True, related_name="+", db_index=False)
    at = models.DateTimeField()
    by = models.TextField()
    kind = models.TextField()
    run = models.BigIntegerField(null=True)
    text = models.TextField(db_default="")


class Evidence(models.Model):
    """A file that shows what came of a step: written once, never changed."""

    step = models.ForeignKey(Step, models.PROTECT, related_name="+")
    name = models.TextField()
    content_type = models.TextField()
    data = models.BinaryField()
    sha256 = models.TextField()
    by = models.TextField()
    at = models.DateTimeField()

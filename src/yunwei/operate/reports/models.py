"""The tables of reports, declared for migrations. Reading and writing is in `store`."""

from django.db import models
from django.db.models import Q, Value


class ReportSchedule(models.Model):
    """A report that is made again and again. recipients: people, roles, channels."""

    tenant = models.ForeignKey("people.Tenant", models.PROTECT, related_name="+", db_index=False)
    name = models.TextField()
    definition = models.TextField()
    language = models.TextField()
    period = models.TextField()
    after_minutes = models.IntegerField()
    time_zone = models.TextField()
    recipients = models.JSONField(db_default=Value({}, output_field=models.JSONField()))
    needs_approval = models.BooleanField(db_default=True)
    is_enabled = models.BooleanField(db_default=True)
    since = models.DateField()
    version = models.IntegerField(db_default=1)
    created_at = models.DateTimeField()
    created_by = models.TextField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "name"],
                condition=Q(removed_at=None),
                name="report_schedule_once",
            )
        ]


class ReportDefinition(models.Model):
    """A report of one's own; what it says stands in its versions. latest: number of the newest."""

    tenant = models.ForeignKey("people.Tenant", models.PROTECT, related_name="+")
    is_shared = models.BooleanField(db_default=False)
    owner = models.ForeignKey(
        "people.User", models.SET_NULL, null=True, related_name="+", db_index=False
    )
    latest = models.IntegerField(db_default=1)
    created_at = models.DateTimeField()
    created_by = models.TextField()
    changed_at = models.DateTimeField()
    changed_by = models.TextField()
    removed_at = models.DateTimeField(null=True)


class DefinitionVersion(models.Model):
    """What a report of one's own said from a time on; never changed."""

    definition = models.ForeignKey(
        ReportDefinition, models.PROTECT, related_name="+", db_index=False
    )
    number = models.IntegerField()
    content = models.JSONField()
    note = models.TextField(db_default="")
    at = models.DateTimeField()
    by = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["definition", "number"], name="report_definition_version_once"
            )
        ]


class ReportLogo(models.Model):
    """A logo that a tenant gave, by its hash; it stays, since made reports bear it."""

    tenant = models.ForeignKey("people.Tenant", models.PROTECT, related_name="+", db_index=False)
    sha256 = models.TextField()
    content_type = models.TextField()
    data = models.BinaryField()
    at = models.DateTimeField()
    by = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "sha256"], name="report_logo_once")
        ]


class Report(models.Model):
    """One report. content: frozen, packed; None until it is made."""

    tenant = models.ForeignKey("people.Tenant", models.PROTECT, related_name="+", db_index=False)
    schedule = models.ForeignKey(
        ReportSchedule, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    definition = models.TextField()
    language = models.TextField()
    period = models.TextField()
    first_day = models.DateField()
    last_day = models.DateField()
    time_zone = models.TextField()
    is_compared = models.BooleanField(db_default=True)
    is_last_year = models.BooleanField(db_default=False)
    own_version = models.ForeignKey(
        DefinitionVersion, models.PROTECT, null=True, related_name="+", db_index=False
    )
    state = models.TextField(db_default="queued")
    step = models.IntegerField(db_default=0)
    steps = models.IntegerField(db_default=0)
    error = models.TextField(db_default="")
    tries = models.IntegerField(db_default=0)
    claimed_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    created_by = models.TextField()
    made_at = models.DateTimeField(null=True)
    coverage = models.FloatField(null=True)
    content = models.BinaryField(null=True)
    sha256 = models.TextField(db_default="")
    is_approval_needed = models.BooleanField(db_default=False)
    released_at = models.DateTimeField(null=True)
    released_by = models.TextField(db_default="")

    class Meta:
        indexes = [
            models.Index(fields=["tenant", "-created_at"], name="report_recent"),
            models.Index(
                fields=["id"], condition=Q(state__in=("queued", "working")), name="report_open"
            ),
        ]
        constraints = [
            # whatever restarts when: a period of a schedule has one report
            models.UniqueConstraint(
                fields=["schedule", "period", "first_day"],
                condition=Q(schedule__isnull=False),
                name="report_once_per_period",
            )
        ]


class ReportSetting(models.Model):
    """What a tenant wants of its reports; no row is the usual."""

    tenant = models.OneToOneField(
        "people.Tenant", models.CASCADE, primary_key=True, related_name="+"
    )
    version = models.IntegerField(db_default=1)
    allows_outside = models.BooleanField(db_default=False)
    domains = models.JSONField(db_default=Value([], output_field=models.JSONField()))
    most_bytes = models.BigIntegerField()
    changed_at = models.DateTimeField()


class Delivery(models.Model):
    """One telling of a report. turn: 0 for a test to one person."""

    report = models.ForeignKey(Report, models.CASCADE, related_name="+", db_index=False)
    turn = models.IntegerField()
    recipients = models.JSONField()
    asked_at = models.DateTimeField()
    asked_by = models.TextField()
    sent_at = models.DateTimeField(null=True)
    reached = models.IntegerField(null=True)
    # the keys of its messages in the outbox
    told = models.JSONField(db_default=Value([], output_field=models.JSONField()))

    class Meta:
        indexes = [
            models.Index(fields=["report"], name="report_delivery"),
            models.Index(fields=["id"], condition=Q(sent_at=None), name="report_unsent"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["report", "turn"], condition=~Q(turn=0), name="report_delivery_once"
            )
        ]

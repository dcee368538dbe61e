"""The tables of self-service, declared for migrations."""

from django.db import models
from django.db.models import Q


class Act(models.Model):
    """One act on one desktop. The row is there before anything is sent. claimed_until: until when a
    process has it in hand."""

    tenant = models.ForeignKey("people.Tenant", models.CASCADE, related_name="+", db_index=False)
    desktop = models.ForeignKey("inventory.Desktop", models.CASCADE, related_name="+")
    diagnosis = models.ForeignKey(
        "diagnosis.Diagnosis", models.SET_NULL, null=True, related_name="+", db_index=False
    )
    act = models.TextField()
    state = models.TextField(db_default="asked")
    asked_by = models.TextField()
    asked_at = models.DateTimeField()
    note = models.TextField(db_default="")
    is_repair = models.BooleanField(db_default=False)
    number = models.TextField(db_default="")
    reason = models.TextField(db_default="")
    sending_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    seen_state = models.TextField(db_default="")
    seen_login = models.TextField(db_default="")
    ended_at = models.DateTimeField(null=True)
    claimed_until = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["tenant", "-asked_at"], name="act_recent"),
            models.Index(
                fields=["id"],
                condition=Q(state__in=("asked", "sending", "sent", "checking")),
                name="act_open",
            ),
            models.Index(fields=["asked_by", "-asked_at"], name="act_asker"),
        ]
        constraints = [
            # one thing at a time is done to a desktop
            models.UniqueConstraint(
                fields=["desktop"],
                condition=Q(state__in=("asked", "sending", "sent", "checking")),
                name="act_one_at_a_time",
            ),
        ]


class SupportMessage(models.Model):
    tenant = models.ForeignKey("people.Tenant", models.CASCADE, related_name="+", db_index=False)
    desktop = models.ForeignKey("inventory.Desktop", models.CASCADE, related_name="+")
    diagnosis = models.ForeignKey(
        "diagnosis.Diagnosis", models.SET_NULL, null=True, related_name="+", db_index=False
    )
    act = models.ForeignKey(Act, models.SET_NULL, null=True, related_name="+", db_index=False)
    by = models.TextField()
    text = models.TextField()
    is_automatic = models.BooleanField(db_default=False)
    at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_by = models.TextField(db_default="")

    class Meta:
        indexes = [
            models.Index(fields=["tenant", "-at"], name="support_message_recent"),
            models.Index(fields=["act"], name="support_message_act"),
        ]


class Telling(models.Model):
    """Something that people are to be told, until it is in the outbox."""

    tenant = models.ForeignKey("people.Tenant", models.CASCADE, related_name="+", db_index=False)
    key = models.TextField(unique=True)
    untold = models.JSONField()
    at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["id"], condition=Q(told_at__isnull=True), name="telling_untold")
        ]


class Request(models.Model):
    """What somebody asks for. claimed_until: until when a process has it in hand, or nobody need
    look."""

    tenant = models.ForeignKey("people.Tenant", models.CASCADE, related_name="+", db_index=False)
    desktop = models.ForeignKey("inventory.Desktop", models.SET_NULL, null=True, related_name="+")
    kind = models.TextField()
    state = models.TextField()
    asked_by = models.TextField()
    login = models.TextField(db_default="")
    reason = models.TextField(db_default="")
    details = models.JSONField(default=dict)
    approvers = models.JSONField(default=list)
    needs_provider = models.BooleanField()
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    held_by = models.TextField(db_default="")
    ended_at = models.DateTimeField(null=True)
    end_note = models.TextField(db_default="")
    claimed_until = models.DateTimeField(null=True)
    monthly = models.DecimalField(max_digits=12, decimal_places=2, db_default=0)
    once = models.DecimalField(max_digits=12, decimal_places=2, db_default=0)
    currency = models.TextField(db_default="")
    cost_note = models.TextField(db_default="")
    department = models.TextField(db_default="")

    class Meta:
        indexes = [
            models.Index(fields=["tenant", "kind", "-asked_at"], name="request_recent"),
            models.Index(fields=["id"], condition=Q(ended_at__isnull=True), name="request_open"),
            models.Index(fields=["asked_by", "-asked_at"], name="request_asker"),
        ]


class Step(models.Model):
    """One thing to be done about a request. The row says what is told before a cloud is told."""

    request = models.ForeignKey(Request, models.CASCADE, related_name="+", db_index=False)
    source = models.ForeignKey(
        "collect.Source", models.SET_NULL, null=True, related_name="+", db_index=False
    )
    act = models.ForeignKey(Act, models.SET_NULL, null=True, related_name="+", db_index=False)
    place = models.IntegerField()
    kind = models.TextField()
    what = models.TextField()
    state = models.TextField(db_default="todo")
    desktop = models.TextField(db_default="")
    name = models.TextField(db_default="")
    login = models.TextField(db_default="")
    number = models.TextField(db_default="")
    reason = models.TextField(db_default="")
    sending_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    done_by = models.TextField(db_default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["request", "place"], name="step_place")]


class RequestEvent(models.Model):
    """One line of a request's story; only ever added."""

    request = models.ForeignKey(Request, models.CASCADE, related_name="+")
    at = models.DateTimeField()
    by = models.TextField(db_default="")
    kind = models.TextField()
    text = models.TextField(db_default="")


class RequestRule(models.Model):
    """How a kind of request goes for a tenant, where that is not as usual."""

    tenant = models.ForeignKey("people.Tenant", models.CASCADE, related_name="+", db_index=False)
    kind = models.TextField()
    is_offered = models.BooleanField()
    approvers = models.JSONField(default=list)
    needs_provider = models.BooleanField()
    most_open = models.IntegerField()
    most_within = models.IntegerField()
    most_of_tenant = models.IntegerField()
    frozen = models.TextField(db_default="")
    expires_days = models.IntegerField()
    like = models.TextField(db_default="")
    monthly = models.DecimalField(max_digits=12, decimal_places=2, db_default=0)
    once = models.DecimalField(max_digits=12, decimal_places=2, db_default=0)
    currency = models.TextField(db_default="")
    cost_note = models.TextField(db_default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "kind"], name="request_rule_one")]

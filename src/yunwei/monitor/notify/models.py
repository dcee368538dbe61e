"""The tables of notify, declared for migrations. Reading and writing is in `store`."""

from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Lower


class Channel(models.Model):
    tenant = models.ForeignKey("people.Tenant", models.PROTECT, related_name="+")
    kind = models.TextField()
    name = models.TextField()
    settings = models.JSONField(db_default=Value({}, output_field=models.JSONField()))
    secrets = models.BinaryField(db_default=b"")
    secrets_set = models.JSONField(db_default=Value([], output_field=models.JSONField()))
    language = models.TextField(db_default="zh-hans")
    limits = models.TextField(db_default="")
    # where messages go that do not get through here
    fallback = models.ForeignKey("self", models.SET_NULL, null=True, related_name="+")
    is_enabled = models.BooleanField(db_default=True)
    changed_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "tenant", Lower("name"), condition=Q(removed_at=None), name="channel_name"
            ),
        ]


class Policy(models.Model):
    """An escalation policy as it is now; `PolicyVersion` keeps what it was."""

    tenant = models.ForeignKey("people.Tenant", models.PROTECT, related_name="+")
    version = models.IntegerField(db_default=1)
    name = models.TextField()
    steps = models.JSONField()
    loops = models.IntegerField(db_default=0)
    loop_delay_s = models.IntegerField(db_default=0)
    changed_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "tenant", Lower("name"), condition=Q(removed_at=None), name="policy_name"
            ),
        ]


class PolicyVersion(models.Model):
    """What a policy said at each version; never changed."""

    policy = models.ForeignKey(Policy, models.CASCADE, related_name="+", db_index=False)
    version = models.IntegerField()
    content = models.JSONField()
    by = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["policy", "version"], name="policy_version")]


class Route(models.Model):
    tenant = models.ForeignKey("people.Tenant", models.PROTECT, related_name="+")
    position = models.IntegerField()
    name = models.TextField()
    condition = models.JSONField()
    channels = models.JSONField(db_default=Value([], output_field=models.JSONField()))
    people = models.JSONField(db_default=Value([], output_field=models.JSONField()))
    roles = models.JSONField(db_default=Value([], output_field=models.JSONField()))
    schedules = models.JSONField(db_default=Value([], output_field=models.JSONField()))
    owners = models.JSONField(db_default=Value([], output_field=models.JSONField()))
    duty_role = models.TextField(db_default="")
    policy = models.ForeignKey(Policy, models.PROTECT, null=True, related_name="+", db_index=False)
    min_severity = models.TextField(db_default="")
    is_catch_all = models.BooleanField(db_default=False)
    on_screen = models.BooleanField(db_default=True)
    tells_clear = models.BooleanField(db_default=True)
    goes_on = models.BooleanField(db_default=False)
    is_enabled = models.BooleanField(db_default=True)
    changed_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant"],
                condition=Q(is_catch_all=True, removed_at=None),
                name="route_catch_all",
            ),
        ]


class Message(models.Model):
    """The outbox: written in the transaction that decided, delivered later, kept as the log.
    Keys: see `alarms.models`; people, routes and channels are never deleted."""

    dedupe = models.TextField()
    tenant = models.ForeignKey(
        "people.Tenant", models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    alarm = models.ForeignKey(
        "alarms.Alarm",
        models.CASCADE,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    occurrence = models.BigIntegerField(null=True)
    kind = models.TextField()
    route = models.ForeignKey(
        Route, models.PROTECT, null=True, related_name="+", db_index=False, db_constraint=False
    )
    route_name = models.TextField(db_default="")
    channel = models.ForeignKey(
        Channel, models.PROTECT, null=True, related_name="+", db_index=False, db_constraint=False
    )
    user = models.ForeignKey(
        "people.User",
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    escalation = models.ForeignKey(
        "notify.Escalation", models.SET_NULL, null=True, related_name="+", db_index=False
    )
    recipient = models.TextField(db_default="")
    address = models.TextField(db_default="")
    content = models.JSONField()
    severity = models.TextField(db_default="")
    link = models.TextField(db_default="")
    data = models.JSONField(db_default=Value({}, output_field=models.JSONField()))
    state = models.TextField()
    attempts = models.IntegerField(db_default=0)
    error = models.TextField(db_default="")
    language = models.TextField(db_default="")
    # "digest": waits for the next digest of its route; "quiet": for the end of quiet hours
    hold = models.TextField(db_default="")
    digest = models.ForeignKey("self", models.SET_NULL, null=True, related_name="+", db_index=False)
    # the message that it takes the place of, because that one did not get through
    replaces = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    # a code: why it was not sent after all
    reason = models.TextField(db_default="")
    # a worker died with it, or the receiver did not answer: it may arrive twice
    is_doubtful = models.BooleanField(db_default=False)
    created_at = models.DateTimeField()
    next_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dedupe"], name="message_dedupe")]
        indexes = [
            models.Index(
                fields=["next_at"],
                condition=Q(state__in=["pending", "sending"]),
                name="message_due",
            ),
            models.Index(
                fields=["channel", "next_at"],
                condition=Q(state__in=["pending", "sending"]),
                name="message_due_by_channel",
            ),
            models.Index(
                fields=["digest"], condition=Q(digest__isnull=False), name="message_of_digest"
            ),
            models.Index(fields=["channel", "-created_at"], name="message_of_channel"),
            models.Index(fields=["alarm", "-created_at"], name="message_of_alarm"),
            models.Index(fields=["user", "-created_at"], name="message_of_user"),
            models.Index(fields=["tenant", "-created_at"], name="message_recent"),
            models.Index(fields=["occurrence"], name="message_of_occurrence"),
        ]


class Escalation(models.Model):
    """One occurrence under one policy, frozen as it was at the start. `next_at` is the timer."""

    tenant = models.ForeignKey("people.Tenant", models.PROTECT, related_name="+", db_index=False)
    alarm = models.ForeignKey("alarms.Alarm", models.CASCADE, related_name="+", db_index=False)
    occurrence = models.BigIntegerField()
    policy = models.ForeignKey(Policy, models.PROTECT, related_name="+", db_index=False)
    plan = models.JSONField()
    route = models.ForeignKey(Route, models.SET_NULL, null=True, related_name="+", db_index=False)
    route_name = models.TextField(db_default="")
    state = models.TextField()
    why = models.TextField(db_default="")
    why_detail = models.TextField(db_default="")
    run = models.IntegerField(db_default=0)
    done = models.JSONField(null=True)
    done_at = models.DateTimeField(null=True)
    next = models.JSONField(null=True)
    next_at = models.DateTimeField(null=True)
    held = models.JSONField(null=True)
    owed = models.JSONField(db_default=Value([], output_field=models.JSONField()))
    because = models.TextField(db_default="")
    because_detail = models.TextField(db_default="")
    severity = models.TextField()
    started_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["occurrence", "policy"], name="escalation_identity"),
            models.CheckConstraint(
                condition=(Q(state="stopped", next_at__isnull=True) & ~Q(why=""))
                | Q(state__in=["pending", "escalating"], why="", next_at__isnull=False),
                name="escalation_axis",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_at"], condition=Q(next_at__isnull=False), name="escalation_due"
            ),
            models.Index(fields=["alarm", "-started_at"], name="escalation_of_alarm"),
        ]


class EscalationEntry(models.Model):
    """The log of an escalation: what was told to whom, what was passed over, held, stopped."""

    escalation = models.ForeignKey(Escalation, models.CASCADE, related_name="+")
    at = models.DateTimeField()
    verb = models.TextField()
    position = models.JSONField(null=True)
    due_at = models.DateTimeField(null=True)
    by = models.TextField(db_default="")
    detail = models.JSONField(db_default=Value({}, output_field=models.JSONField()))


class Untold(models.Model):
    """Why an alarm that governance lets through reached nobody. said_at: when that became an
    alarm on ourselves, where it must."""

    tenant = models.ForeignKey("people.Tenant", models.PROTECT, related_name="+", db_index=False)
    alarm = models.ForeignKey("alarms.Alarm", models.CASCADE, related_name="+", db_index=False)
    occurrence = models.BigIntegerField()
    at = models.DateTimeField()
    reason = models.TextField()
    name = models.TextField(db_default="")
    said_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["id"], condition=Q(said_at=None), name="untold_unsaid"),
            models.Index(fields=["alarm", "-at"], name="untold_of_alarm"),
        ]


class Delivery(models.Model):
    """Every attempt to deliver a message."""

    message = models.ForeignKey(Message, models.CASCADE, related_name="+")
    at = models.DateTimeField()
    is_ok = models.BooleanField()
    detail = models.TextField(db_default="")
    duration_s = models.FloatField(db_default=0.0)


class Receipt(models.Model):
    """What the receiver of a message says of it later. ask_at: when to ask for it."""

    message = models.OneToOneField(Message, models.CASCADE, primary_key=True, related_name="+")
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="+", db_index=False)
    # the receiver's own number of the message
    native_id = models.TextField(db_default="")
    state = models.TextField()
    reason = models.TextField(db_default="")
    at = models.DateTimeField(null=True)
    said_at = models.DateTimeField(null=True)
    # what follows from "undelivered" has been done
    is_settled = models.BooleanField(db_default=False)
    asked = models.IntegerField(db_default=0)
    ask_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["channel", "native_id"],
                condition=~Q(native_id=""),
                name="receipt_native_id",
            ),
            models.Index(
                fields=["ask_at"], condition=Q(ask_at__isnull=False), name="receipt_to_ask"
            ),
            models.Index(
                fields=["message"],
                condition=Q(state="undelivered", is_settled=False),
                name="receipt_unsettled",
            ),
        ]


class LinkUse(models.Model):
    """A link in a message that was used, so that it works once."""

    nonce = models.BigIntegerField(primary_key=True)
    alarm = models.ForeignKey("alarms.Alarm", models.CASCADE, related_name="+", db_index=False)
    user = models.ForeignKey("people.User", models.CASCADE, related_name="+", db_index=False)
    used_at = models.DateTimeField()


class Bucket(models.Model):
    """The tokens that are out: of a channel (address ""), or of one address of it. Its row is
    also the lock under which one worker plans what the channel sends. channel null: on screen."""

    channel = models.ForeignKey(Channel, models.CASCADE, null=True, related_name="+")
    address = models.TextField(db_default="")
    taken = models.JSONField(db_default=Value({}, output_field=models.JSONField()))
    blocked_until = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "address"], nulls_distinct=False, name="bucket_of_channel"
            ),
        ]


class Ownership(models.Model):
    """Who owns a managed object and what is beneath it, or whose team looks after a pool."""

    tenant = models.ForeignKey("people.Tenant", models.PROTECT, related_name="+")
    scope = models.TextField()
    path = models.TextField(db_default="")
    pool = models.ForeignKey(
        "inventory.Pool", models.CASCADE, null=True, related_name="+", db_index=False
    )
    people = models.JSONField(db_default=Value([], output_field=models.JSONField()))
    roles = models.JSONField(db_default=Value([], output_field=models.JSONField()))
    schedules = models.JSONField(db_default=Value([], output_field=models.JSONField()))
    note = models.TextField(db_default="")
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "path"], condition=Q(scope="object"), name="ownership_of_object"
            ),
            models.UniqueConstraint(
                fields=["tenant", "pool"], condition=Q(scope="pool"), name="ownership_of_pool"
            ),
        ]


class Audit(models.Model):
    """What the auditor found at its last round: one row. next_at: when the next one may begin."""

    next_at = models.DateTimeField()
    at = models.DateTimeField(null=True)
    findings = models.JSONField(db_default=Value([], output_field=models.JSONField()))
    duration_s = models.FloatField(db_default=0.0)
    intake_end = models.BigIntegerField(null=True)
    heartbeat_at = models.DateTimeField(null=True)
    heartbeat_error = models.TextField(db_default="")
    # sealed: who knows the address can keep the outside monitor quiet
    heartbeat_url = models.BinaryField(db_default=b"")
    heartbeat_host = models.TextField(db_default="")

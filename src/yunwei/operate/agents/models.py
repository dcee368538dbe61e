"""The tables of agents, declared for migrations. Reading and writing is in `store`."""

from django.db import models
from django.db.models import Q, Value

_NOTHING = Value({}, output_field=models.JSONField())


class EnrolmentToken(models.Model):
    """digest: of the token's text, which is kept nowhere."""

    tenant = models.ForeignKey("people.Tenant", models.PROTECT, related_name="+", db_index=False)
    desktop = models.ForeignKey(
        "inventory.Desktop", models.CASCADE, null=True, related_name="+", db_index=False
    )
    name = models.TextField()
    prefix = models.TextField()
    digest = models.BinaryField(unique=True)
    uses = models.IntegerField()
    uses_left = models.IntegerField()
    created_at = models.DateTimeField()
    created_by = models.TextField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)


class Agent(models.Model):
    """One enrolment of one machine: it enrols again, and is another agent. is_told: whoever acts
    upon enrolments has taken it; it waits until it has a desktop."""

    tenant = models.ForeignKey("people.Tenant", models.PROTECT, related_name="+", db_index=False)
    desktop = models.ForeignKey(
        "inventory.Desktop", models.SET_NULL, null=True, related_name="+", db_index=False
    )
    token = models.ForeignKey(
        EnrolmentToken, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    name = models.TextField()
    public_key = models.TextField(unique=True)
    machine = models.TextField()
    enrolled_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.TextField(db_default="")
    is_told = models.BooleanField(db_default=True)

    class Meta:
        indexes = [
            models.Index(fields=["tenant", "name"], name="agent_of_tenant"),
            models.Index(fields=["id"], condition=Q(is_told=False), name="agent_untold"),
            models.Index(fields=["desktop"], condition=Q(revoked_at=None), name="agent_of_desktop"),
            models.Index(
                fields=["revoked_at"], condition=Q(revoked_at__isnull=False), name="agent_revoked"
            ),
        ]


class Presence(models.Model):
    """When an agent was last heard, and what it said: narrow, since every heartbeat writes it."""

    agent = models.OneToOneField(
        Agent, models.CASCADE, primary_key=True, related_name="+", db_index=False
    )
    seen_at = models.DateTimeField()
    version = models.TextField(db_default="")
    boot = models.TextField(db_default="")
    is_doubled = models.BooleanField(db_default=False)
    told = models.JSONField(db_default=_NOTHING)
    sample = models.JSONField(db_default=_NOTHING)


class Script(models.Model):
    """What is carried out, under the digest of it; kept once however often it is."""

    digest = models.BinaryField(primary_key=True)
    language = models.TextField()
    body = models.TextField()


class Order(models.Model):
    """One script for many agents. key: what made it says it once. parameters: sealed."""

    tenant = models.ForeignKey("people.Tenant", models.PROTECT, related_name="+", db_index=False)
    key = models.TextField(unique=True)
    title = models.TextField(db_default="")
    script = models.ForeignKey(Script, models.PROTECT, related_name="+", db_index=False)
    parameters = models.BinaryField()
    secret_names = models.JSONField(db_default=Value([], output_field=models.JSONField()))
    created_at = models.DateTimeField()
    created_by = models.TextField()
    deadline_at = models.DateTimeField()
    timeout_s = models.IntegerField()
    output_limit_bytes = models.IntegerField()

    class Meta:
        indexes = [models.Index(fields=["tenant", "-created_at"], name="agent_order_recent")]


class Task(models.Model):
    """An order's script on one agent, once. attempt: grows when a person wants it again.

    rung_at: when it was last handed out; without it nobody can have begun it.
    """

    order = models.ForeignKey(Order, models.CASCADE, related_name="+", db_index=False)
    agent = models.ForeignKey(Agent, models.CASCADE, related_name="+", db_index=False)
    attempt = models.SmallIntegerField(db_default=1)
    state = models.TextField(db_default="waiting")
    due_at = models.DateTimeField()
    rung_at = models.DateTimeField(null=True)
    rings = models.SmallIntegerField(db_default=0)
    cancel_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    exit_code = models.IntegerField(null=True)
    reason = models.TextField(db_default="")
    output_bytes = models.BigIntegerField(db_default=0)
    output_digest = models.TextField(db_default="")
    is_cut = models.BooleanField(db_default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "agent", "attempt"], name="agent_task_once")
        ]
        indexes = [
            models.Index(
                fields=["due_at"], condition=Q(state="waiting"), name="agent_task_waiting"
            ),
            models.Index(
                fields=["agent"],
                condition=Q(state__in=("waiting", "started")),
                name="agent_task_open",
            ),
            models.Index(
                fields=["cancel_at"],
                condition=Q(state__in=("waiting", "started"), cancel_at__isnull=False),
                name="agent_task_cancelled",
            ),
        ]


class Release(models.Model):
    """A newer agent that is offered to agents: the latest that was not withdrawn. share: to so many
    of a hundred agents."""

    version = models.TextField()
    digest = models.BinaryField()
    size_bytes = models.IntegerField()
    data = models.BinaryField()
    share = models.SmallIntegerField()
    offered_at = models.DateTimeField()
    offered_by = models.TextField()
    withdrawn_at = models.DateTimeField(null=True)


class Output(models.Model):
    """A piece of what a task printed. place: pieces are in this order."""

    pk = models.CompositePrimaryKey("task_id", "place")
    task = models.ForeignKey(Task, models.CASCADE, related_name="+", db_index=False)
    place = models.IntegerField()
    data = models.BinaryField()

"""The tables of runs, declared for migrations. Reading and writing is in `store`."""

from django.db import models
from django.db.models import Q, Value

_NOTHING = Value({}, output_field=models.JSONField())


class Run(models.Model):
    """One run. key: what made it says it once. parameters: as shown, secrets masked; the values
    themselves are sealed in its order. counts: targets by state, as dispatch saw them last."""

    tenant = models.ForeignKey("people.Tenant", models.PROTECT, related_name="+", db_index=False)
    script = models.ForeignKey("scripts.Script", models.PROTECT, related_name="+", db_index=False)
    order = models.ForeignKey(
        "agents.Order", models.SET_NULL, null=True, related_name="+", db_index=False
    )
    retry_of = models.ForeignKey(
        "runs.Run", models.SET_NULL, null=True, related_name="+", db_index=False
    )
    follows = models.ForeignKey(
        "runs.Run", models.SET_NULL, null=True, related_name="+", db_index=False
    )
    key = models.TextField(unique=True)
    script_name = models.TextField()
    version = models.IntegerField()
    language = models.TextField()
    sha256 = models.TextField()
    digest = models.TextField()
    parameters = models.JSONField(db_default=_NOTHING)
    plan = models.JSONField()
    choice = models.JSONField()
    note = models.TextField(db_default="")
    state = models.TextField()
    reason = models.TextField(db_default="")
    total = models.IntegerField()
    counts = models.JSONField(db_default=_NOTHING)
    batch = models.IntegerField(db_default=0)
    batch_over_at = models.DateTimeField(null=True)
    timeout_s = models.IntegerField()
    created_at = models.DateTimeField()
    created_by = models.TextField()
    approve_until = models.DateTimeField(null=True)
    judged_by = models.TextField(db_default="")
    judged_at = models.DateTimeField(null=True)
    judgement_note = models.TextField(db_default="")
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    cancelled_by = models.TextField(db_default="")
    deadline_at = models.DateTimeField()
    watched = models.JSONField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["tenant", "-created_at"], name="run_recent"),
            models.Index(
                fields=["id"],
                condition=Q(state__in=("running", "stopping", "asked")),
                name="run_open",
            ),
            models.Index(
                fields=["follows"], condition=Q(follows__isnull=False), name="run_follows"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(judged_by="") | ~Q(judged_by=models.F("created_by")),
                name="run_four_eyes",
            ),
        ]


class FollowUp(models.Model):
    """What is to be run when a run is over. first: with which a person said it; after: whose end it
    waits for. held_until: a copy has it in hand."""

    first = models.ForeignKey(Run, models.CASCADE, related_name="+", db_index=False)
    after = models.ForeignKey(Run, models.CASCADE, null=True, related_name="+", db_index=False)
    run = models.ForeignKey(Run, models.SET_NULL, null=True, related_name="+", db_index=False)
    script = models.ForeignKey("scripts.Script", models.PROTECT, related_name="+", db_index=False)
    place = models.SmallIntegerField()
    script_name = models.TextField()
    version = models.IntegerField()
    sha256 = models.TextField()
    values = models.JSONField(db_default=_NOTHING)
    outcome = models.JSONField()
    within_minutes = models.IntegerField()
    by = models.TextField()
    state = models.TextField(db_default="waiting")
    reason = models.TextField(db_default="")
    noted_at = models.DateTimeField()
    held_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["first", "place"], name="follow_up_once"),
            # with the run itself a chain is of five at most
            models.CheckConstraint(
                condition=Q(place__gte=1) & Q(place__lte=4), name="follow_up_bounded"
            ),
        ]
        indexes = [
            models.Index(fields=["after"], name="follow_up_after"),
            models.Index(fields=["run"], name="follow_up_run"),
            models.Index(fields=["id"], condition=Q(state="waiting"), name="follow_up_waiting"),
        ]


class Target(models.Model):
    """One desktop of a run. place: in which order they have their turns. record: its cloud's own
    number of it, when it is reached that way. ssh_profile: by which it is reached without agent."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="+", db_index=False)
    desktop = models.ForeignKey(
        "inventory.Desktop", models.SET_NULL, null=True, related_name="+", db_index=False
    )
    agent = models.ForeignKey(
        "agents.Agent", models.SET_NULL, null=True, related_name="+", db_index=False
    )
    task = models.ForeignKey(
        "agents.Task", models.SET_NULL, null=True, related_name="+", db_index=False
    )
    cloud_order = models.ForeignKey(
        "runs.CloudOrder", models.SET_NULL, null=True, related_name="+", db_index=False
    )
    ssh_profile = models.ForeignKey(
        "ssh.Profile", models.SET_NULL, null=True, related_name="+", db_index=False
    )
    place = models.IntegerField()
    desktop_name = models.TextField()
    batch = models.IntegerField(null=True)
    record = models.TextField(db_default="")
    state = models.TextField(db_default="queued")
    reason = models.TextField(db_default="")
    sent_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    exit_code = models.IntegerField(null=True)
    output_bytes = models.BigIntegerField(db_default=0)
    output_digest = models.TextField(db_default="")
    is_cut = models.BooleanField(db_default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "place"], name="run_target_once")]
        indexes = [
            models.Index(fields=["desktop"], name="run_target_desktop"),
            models.Index(fields=["run", "state"], name="run_target_state"),
            models.Index(fields=["id"], condition=Q(state="unknown"), name="run_target_unknown"),
            models.Index(
                fields=["cloud_order"],
                condition=Q(cloud_order__isnull=False),
                name="run_target_cloud_order",
            ),
        ]


class CloudOrder(models.Model):
    """An order to a desktop cloud. It stands here before the cloud is told, so that nobody who is
    killed in between can order twice. due_at: when it is looked at next, or anew after a crash."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="+", db_index=False)
    source = models.ForeignKey("collect.Source", models.PROTECT, related_name="+", db_index=False)
    batch = models.IntegerField()
    canary = models.IntegerField(db_default=0)
    fail_threshold = models.IntegerField(db_default=0)
    state = models.TextField(db_default="intended")
    native_id = models.TextField(db_default="")
    reason = models.TextField(db_default="")
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    tries = models.IntegerField(db_default=0)
    asked_at = models.DateTimeField(null=True)
    given_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    is_stop_wanted = models.BooleanField(db_default=False)
    is_stopped = models.BooleanField(db_default=False)

    class Meta:
        indexes = [
            models.Index(fields=["run"], name="cloud_order_run"),
            models.Index(fields=["due_at"], condition=~Q(state="over"), name="cloud_order_due"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "native_id"],
                condition=~Q(native_id=""),
                name="cloud_order_native",
            )
        ]


class SshTask(models.Model):
    """A target that is reached over SSH. It is noted as begun before anything begins there, so that
    nobody who is killed can make it begin twice. holder: the worker that has it in hand, until
    due_at; then, or before, it says so again."""

    target = models.OneToOneField(
        Target, models.CASCADE, primary_key=True, related_name="+", db_index=False
    )
    profile = models.ForeignKey("ssh.Profile", models.CASCADE, related_name="+", db_index=False)
    state = models.TextField(db_default="intended")
    holder = models.TextField(db_default="")
    due_at = models.DateTimeField()
    tries = models.SmallIntegerField(db_default=0)
    is_stop_wanted = models.BooleanField(db_default=False)

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], condition=~Q(state="over"), name="ssh_task_due"),
            models.Index(fields=["profile"], condition=~Q(state="over"), name="ssh_task_open"),
        ]


class CloudOutput(models.Model):
    """What a target without an agent printed: as its cloud told it, or as it came over SSH. That of
    agents is in their ledger."""

    target = models.OneToOneField(
        Target, models.CASCADE, primary_key=True, related_name="+", db_index=False
    )
    data = models.BinaryField()

"""The tables of the managed service, declared for migrations. Reading and writing is in `store`."""

from django.db import models
from django.db.models import Q, Value

_NOTHING = Value([], output_field=models.JSONField())


class Contract(models.Model):
    """A contract's head. latest: number of its newest version of the terms."""

    tenant = models.ForeignKey("people.Tenant", models.PROTECT, related_name="+", db_index=False)
    number = models.TextField()
    name = models.TextField()
    latest = models.IntegerField(db_default=1)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.TextField(db_default="")
    end_note = models.TextField(db_default="")
    # it ended because the customer accepted what was done by it
    is_accepted = models.BooleanField(db_default=False)
    changed_at = models.DateTimeField()
    changed_by = models.TextField(db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "number"], name="service_contract_once")
        ]


class Terms(models.Model):
    """What a contract says at a version, never changed once offered; and what became of it."""

    contract = models.ForeignKey(Contract, models.CASCADE, related_name="+", db_index=False)
    number = models.IntegerField()
    content = models.JSONField()  # `facts.contracts.Terms`
    sha256 = models.TextField()
    state = models.TextField(db_default="draft")
    by = models.TextField()
    at = models.DateTimeField()
    offered_by = models.TextField(db_default="")
    offered_at = models.DateTimeField(null=True)
    judged_by = models.TextField(db_default="")
    judged_at = models.DateTimeField(null=True)
    paper = models.TextField(db_default="")
    note = models.TextField(db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contract", "number"], name="service_terms_once"),
            models.UniqueConstraint(
                fields=["contract"], condition=Q(state="agreed"), name="service_one_agreed"
            ),
        ]


class InterfacePerson(models.Model):
    contract = models.ForeignKey(Contract, models.CASCADE, related_name="+")
    side = models.TextField()
    name = models.TextField()
    phone = models.TextField(db_default="")
    email = models.TextField(db_default="")
    user = models.ForeignKey(
        "people.User", models.SET_NULL, null=True, related_name="+", db_index=False
    )
    is_deputy = models.BooleanField(db_default=False)
    from_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True)
    announced_at = models.DateTimeField()
    announced_by = models.TextField()
    notice_until = models.DateTimeField(null=True)
    late_reason = models.TextField(db_default="")
    seen_by = models.TextField(db_default="")
    seen_at = models.DateTimeField(null=True)


class Authorisation(models.Model):
    tenant = models.ForeignKey("people.Tenant", models.PROTECT, related_name="+")
    contract = models.ForeignKey(Contract, models.PROTECT, related_name="+")
    operations = models.JSONField(db_default=_NOTHING)  # a list of operations
    desktops = models.TextField(db_default="")
    hours = models.TextField(db_default="")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    note = models.TextField(db_default="")
    state = models.TextField(db_default="asked")
    asked_by = models.TextField()
    asked_at = models.DateTimeField()
    judged_by = models.TextField(db_default="")
    judged_at = models.DateTimeField(null=True)
    paper = models.TextField(db_default="")
    judgement_note = models.TextField(db_default="")
    revoked_by = models.TextField(db_default="")
    revoked_at = models.DateTimeField(null=True)


class AskedAct(models.Model):
    """An act that the gate was asked about, and what it said: written once, never changed."""

    tenant = models.ForeignKey("people.Tenant", models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    by = models.TextField()
    operation = models.TextField()
    title = models.TextField(db_default="")
    count = models.IntegerField()
    is_allowed = models.BooleanField()
    reason = models.TextField()
    outside = models.JSONField(db_default=_NOTHING)  # a list of names
    authorisation = models.ForeignKey(Authorisation, models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["tenant", "-at"], name="service_act_of_tenant")]


class Ticket(models.Model):
    """terms: number of the version by which it is measured. due_at: as of its last change."""

    tenant = models.ForeignKey("people.Tenant", models.PROTECT, related_name="+", db_index=False)
    contract = models.ForeignKey(Contract, models.PROTECT, related_name="+")
    terms = models.IntegerField()
    type = models.TextField()
    first_priority = models.TextField()
    priority = models.TextField()
    state = models.TextField(db_default="new")
    title = models.TextField()
    description = models.TextField(db_default="")
    details = models.JSONField()  # texts by name
    alarm_id = models.BigIntegerField(null=True)
    assignee = models.ForeignKey("people.User", models.SET_NULL, null=True, related_name="+")
    opened_by = models.TextField()
    opened_side = models.TextField()
    opened_at = models.DateTimeField()
    reported_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    minutes = models.IntegerField(db_default=0)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    split_from = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["tenant", "-opened_at"], name="service_ticket_of_tenant")]


class Entry(models.Model):
    """A line of a ticket's log: written once, never changed."""

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    by = models.TextField()
    side = models.TextField()
    kind = models.TextField()
    text = models.TextField(db_default="")
    minutes = models.IntegerField(db_default=0)
    reason = models.TextField(db_default="")
    priority = models.TextField(db_default="")
    assignee_name = models.TextField(db_default="")
    is_news = models.BooleanField(db_default=False)

    class Meta:
        indexes = [models.Index(fields=["ticket"], name="service_news", condition=Q(is_news=True))]


class Case(models.Model):
    """A service for a customer on its six steps. since: when its present step began."""

    tenant = models.ForeignKey("people.Tenant", models.PROTECT, related_name="+", db_index=False)
    contract = models.ForeignKey(
        Contract, models.PROTECT, null=True, related_name="+", db_index=False
    )
    title = models.TextField()
    need = models.TextField(db_default="")
    step = models.TextField(db_default="enquiry")
    opened_by = models.TextField()
    opened_at = models.DateTimeField()
    since = models.DateTimeField()
    changed_at = models.DateTimeField()
    changed_by = models.TextField()

    class Meta:
        indexes = [models.Index(fields=["tenant", "-opened_at"], name="service_case_of_tenant")]
        constraints = [
            models.UniqueConstraint(
                fields=["contract"], condition=~Q(step="cancelled"), name="service_case_once"
            )
        ]


class CaseTask(models.Model):
    """That a task of the responsibility matrix is done."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="+", db_index=False)
    key = models.TextField()
    on = models.DateField()
    by = models.TextField()
    side = models.TextField()
    at = models.DateTimeField()
    note = models.TextField(db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "key"], name="service_case_task_once")
        ]


class CaseMove(models.Model):
    """A step of a case: written once, never changed."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="+")
    at = models.DateTimeField()
    by = models.TextField()
    from_step = models.TextField()
    to_step = models.TextField()
    note = models.TextField(db_default="")


class CaseDocument(models.Model):
    """A file in a case: written once, never changed."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="+")
    step = models.TextField()
    kind = models.TextField()
    name = models.TextField()
    content_type = models.TextField()
    data = models.BinaryField()
    sha256 = models.TextField()
    by = models.TextField()
    side = models.TextField()
    at = models.DateTimeField()


class Plan(models.Model):
    """What a case's plan says at a version, never changed once offered; and what became of it."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="+", db_index=False)
    number = models.IntegerField()
    content = models.JSONField()  # `facts.cases.Plan`
    sha256 = models.TextField()
    state = models.TextField(db_default="draft")
    by = models.TextField()
    at = models.DateTimeField()
    offered_by = models.TextField(db_default="")
    offered_at = models.DateTimeField(null=True)
    judged_by = models.TextField(db_default="")
    judged_at = models.DateTimeField(null=True)
    paper = models.TextField(db_default="")
    note = models.TextField(db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="service_plan_once"),
            models.UniqueConstraint(
                fields=["case"], condition=Q(state="agreed"), name="service_one_plan"
            ),
        ]


class Acceptance(models.Model):
    """What a customer is asked to accept. data: the canonical text that it was made from."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="+", db_index=False)
    number = models.IntegerField()
    language = models.TextField()
    state = models.TextField(db_default="asked")
    data = models.TextField()
    data_sha256 = models.TextField()
    seal = models.TextField()
    signed_seal = models.TextField(db_default="")
    asked_by = models.TextField()
    asked_at = models.DateTimeField()
    judged_by = models.TextField(db_default="")
    judged_at = models.DateTimeField(null=True)
    note = models.TextField(db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="service_acceptance_once"),
            models.UniqueConstraint(
                fields=["case"], condition=Q(state="asked"), name="service_one_asked"
            ),
        ]


class AcceptanceFile(models.Model):
    """A sealed file: written once, never changed."""

    acceptance = models.ForeignKey(Acceptance, models.PROTECT, related_name="+", db_index=False)
    kind = models.TextField()
    version = models.IntegerField()
    name = models.TextField()
    content_type = models.TextField()
    data = models.BinaryField()
    sha256 = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["acceptance", "name"], name="service_file_once")
        ]


class Signature(models.Model):
    """A side's word for a seal: written once, never changed."""

    acceptance = models.ForeignKey(Acceptance, models.PROTECT, related_name="+", db_index=False)
    side = models.TextField()
    by = models.TextField()
    name = models.TextField()
    at = models.DateTimeField()
    method = models.TextField()
    address = models.TextField(db_default="")
    seal = models.TextField()
    remark = models.TextField(db_default="")
    feedback = models.TextField(db_default="")  # canonical text, as it is hashed
    scan = models.TextField(db_default="")
    digest = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["acceptance", "side"], name="service_signature_once")
        ]


class Survey(models.Model):
    """A customer is asked whether they are satisfied; the answer is written once."""

    tenant = models.ForeignKey("people.Tenant", models.PROTECT, related_name="+", db_index=False)
    contract = models.ForeignKey(Contract, models.PROTECT, related_name="+")
    kind = models.TextField()
    ticket = models.ForeignKey(Ticket, models.PROTECT, null=True, related_name="+", db_index=False)
    first_on = models.DateField(null=True)
    last_on = models.DateField(null=True)
    nonce = models.BigIntegerField()
    asked_by = models.TextField()
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    csat = models.IntegerField(null=True)
    nps = models.IntegerField(null=True)
    comment = models.TextField(db_default="")
    name = models.TextField(db_default="")
    address = models.TextField(db_default="")

    class Meta:
        indexes = [models.Index(fields=["tenant", "-asked_at"], name="service_survey_of_tenant")]
        constraints = [models.UniqueConstraint(fields=["ticket"], name="service_survey_once")]


class Improvement(models.Model):
    """An entry of the improvement register."""

    tenant = models.ForeignKey("people.Tenant", models.PROTECT, related_name="+", db_index=False)
    contract = models.ForeignKey(
        Contract, models.PROTECT, null=True, related_name="+", db_index=False
    )
    survey = models.ForeignKey(Survey, models.PROTECT, null=True, related_name="+", db_index=False)
    # that it came of when looking back
    emergency = models.ForeignKey("service.Emergency", models.PROTECT, null=True, related_name="+")
    title = models.TextField()
    text = models.TextField(db_default="")
    owner = models.ForeignKey(
        "people.User", models.SET_NULL, null=True, related_name="+", db_index=False
    )
    due_on = models.DateField(null=True)
    state = models.TextField(db_default="open")
    result = models.TextField(db_default="")
    opened_by = models.TextField()
    opened_at = models.DateTimeField()
    ended_by = models.TextField(db_default="")
    ended_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["tenant", "-opened_at"], name="service_improvement_of_tenant")
        ]
        constraints = [models.UniqueConstraint(fields=["survey"], name="service_improvement_once")]


class Emergency(models.Model):
    """A ticket that is led by one and told of by another. timeline: as it was when it ended."""

    tenant = models.ForeignKey("people.Tenant", models.PROTECT, related_name="+", db_index=False)
    ticket = models.OneToOneField(Ticket, models.PROTECT, related_name="+")
    declared_by = models.TextField()
    declared_at = models.DateTimeField()
    reason = models.TextField(db_default="")
    telling = models.JSONField()  # `facts.emergencies.Telling`
    update_due_at = models.DateTimeField(null=True)
    ended_by = models.TextField(db_default="")
    ended_at = models.DateTimeField(null=True)
    resolution = models.TextField(db_default="")
    timeline = models.JSONField(null=True)
    postmortem = models.JSONField(null=True)  # `facts.emergencies.Postmortem`
    version = models.IntegerField(db_default=0)
    written_by = models.TextField(db_default="")
    written_at = models.DateTimeField(null=True)
    released_by = models.TextField(db_default="")
    released_at = models.DateTimeField(null=True)
    sha256 = models.TextField(db_default="")

    class Meta:
        indexes = [
            models.Index(fields=["tenant", "-declared_at"], name="service_emergency_of_tenant"),
            models.Index(
                fields=["update_due_at"],
                condition=Q(ended_at__isnull=True),
                name="service_emergency_due",
            ),
        ]


class EmergencyLine(models.Model):
    """A line that was written on a time line: never changed. told_at: when those who are to know
    were told of an update."""

    emergency = models.ForeignKey(Emergency, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    kind = models.TextField()
    by = models.TextField()
    text = models.TextField(db_default="")
    written_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["id"],
                condition=Q(kind__in=("declared", "told", "ended"), told_at__isnull=True),
                name="service_line_to_tell",
            )
        ]


class Visit(models.Model):
    """Somebody of the provider's goes to a customer. days: that it counts of the contract's."""

    tenant = models.ForeignKey("people.Tenant", models.PROTECT, related_name="+", db_index=False)
    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="+")
    contract = models.ForeignKey(Contract, models.PROTECT, related_name="+", db_index=False)
    state = models.TextField(db_default="planned")
    version = models.IntegerField(db_default=1)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    first_on = models.DateField()
    days = models.IntegerField()
    engineer = models.ForeignKey("people.User", models.PROTECT, related_name="+")
    engineer_name = models.TextField()
    address = models.TextField()
    contact = models.TextField(db_default="")
    bring = models.TextField(db_default="")
    note = models.TextField(db_default="")
    planned_at = models.DateTimeField()
    planned_by = models.TextField()
    arrived_at = models.DateTimeField(null=True)
    arrived_by = models.TextField(db_default="")
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    accuracy_m = models.FloatField(null=True)
    result = models.TextField(db_default="")
    minutes = models.IntegerField(db_default=0)
    done_at = models.DateTimeField(null=True)
    done_by = models.TextField(db_default="")
    cancelled_at = models.DateTimeField(null=True)
    cancelled_by = models.TextField(db_default="")
    cancel_note = models.TextField(db_default="")

    class Meta:
        indexes = [
            models.Index(fields=["tenant", "-starts_at"], name="service_visit_of_tenant"),
            models.Index(fields=["contract", "first_on"], name="service_visit_of_contract"),
        ]


class VisitFile(models.Model):
    """A file that shows what came of a visit: written once, never changed."""

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="+")
    name = models.TextField()
    content_type = models.TextField()
    data = models.BinaryField()
    sha256 = models.TextField()
    by = models.TextField()
    at = models.DateTimeField()


class VisitSignature(models.Model):
    """A customer's name under a visit: written once, never changed."""

    visit = models.OneToOneField(Visit, models.PROTECT, related_name="+")
    name = models.TextField()
    role = models.TextField(db_default="")
    remark = models.TextField(db_default="")
    method = models.TextField()
    at = models.DateTimeField()
    by = models.TextField()
    address = models.TextField(db_default="")
    content_type = models.TextField()
    image = models.BinaryField()
    image_sha256 = models.TextField()
    seal = models.TextField()
    digest = models.TextField()

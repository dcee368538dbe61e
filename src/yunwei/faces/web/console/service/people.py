"""Pages about who speaks for the sides of a contract."""

from django.http import HttpRequest, HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.errors import Conflict, Refused
from yunwei.base.core.ids import ContractId
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import may
from yunwei.faces.web.console.service.contracts import SEE
from yunwei.faces.web.shared.error_texts import say_error
from yunwei.faces.web.shared.forms import Form, FormField, chosen_word, open_form
from yunwei.faces.web.shared.page import CLOCK, action, done, form_page, render
from yunwei.faces.web.shared.words import Text, options
from yunwei.operate.service.actions import people as actions
from yunwei.operate.service.facts.contracts import ContractSide, InterfacePerson, PersonDraft
from yunwei.operate.service.queries import contracts as queries


@form_page(*SEE)
def new_person(request: HttpRequest, viewer: Viewer, contract: int) -> HttpResponseBase:
    """GET, POST /contracts/N/people/new[?side=provider&replaces=M]"""
    whole = queries.access_contract(viewer, ContractId(contract), now=CLOCK.now())
    is_manager = may(viewer, Permission.MANAGE_SERVICE, whole.contract.tenant)
    speaks = may(viewer, Permission.USE_SERVICE) and viewer.tenant == whole.contract.tenant
    if not is_manager and not speaks:
        raise Refused()
    known = _find(whole, request.POST.get("replaces") or request.GET.get("replaces") or "")
    sides = options("contract_side") if is_manager else options("contract_side", "provider")
    side = known.side.value if known else request.GET.get("side", sides[0][0])
    form = open_form(request, _fields(sides, known), {"side": side})
    made = form.attempt(
        lambda sent: actions.add_person(viewer, whole.contract.id, _read(sent), now=CLOCK.now())
    )
    if made is not None:
        return done(request, "contract", _("Named."), contract=contract)
    return render(
        request,
        "console/service/person_form.html",
        status=422 if form.is_sent else 200,
        form=form,
        contract=whole.contract,
        known=known,
        notice_days=whole.latest.terms.notice_days,
    )


def _fields(sides: list[tuple[str, Text]], known: InterfacePerson | None) -> tuple[FormField, ...]:
    listed = [(value, str(text)) for value, text in sides]
    kind = "hidden" if known or len(listed) == 1 else "choice"
    return (
        FormField(key="side", label=_("Speaks for"), kind=kind, options=listed),
        FormField(
            key="replaces",
            label="",
            kind="hidden",
            is_required=False,
            default=str(known.id) if known else "",
        ),
        FormField(key="name", label=_("Name")),
        FormField(key="phone", label=_("Telephone"), is_required=False),
        FormField(key="email", label=_("E-mail"), kind="email", is_required=False),
        FormField(
            key="is_deputy",
            label=_("Deputy"),
            kind="hidden" if known else "boolean",
            is_required=False,
            default="true" if known and known.is_deputy else "false",
        ),
        FormField(
            key="from_at",
            label=_("From"),
            kind="instant",
            is_required=known is not None,
            help="" if known else _("Empty: from now on."),
        ),
        *(
            (
                FormField(
                    key="late_reason",
                    label=_("Why it is announced so late"),
                    is_required=False,
                    help=_("Needed only when it is later than agreed."),
                ),
            )
            if known
            else ()
        ),
    )


def _read(form: Form) -> PersonDraft:
    replaces = form.text("replaces")
    return PersonDraft(
        side=chosen_word(form, "side", ContractSide),
        name=form.text("name"),
        phone=form.text("phone"),
        email=form.text("email"),
        is_deputy=form.is_on("is_deputy"),
        replaces=int(replaces) if replaces.isdecimal() else None,
        from_at=form.instant("from_at"),
        late_reason=form.text("late_reason"),
    )


def _find(whole: queries.WholeContract, asked: str) -> InterfacePerson | None:
    if not asked:
        return None
    found = next((each for each in whole.people if str(each.id) == asked), None)
    if found is None:
        raise Refused()
    return found


@action(*SEE)
def act_on_person(
    request: HttpRequest, viewer: Viewer, contract: int, person: int
) -> HttpResponseBase:
    """POST /contracts/N/people/M/act: act (end, seen)"""
    id, now = ContractId(contract), CLOCK.now()
    queries.access_contract(viewer, id, now=now)
    acts = {"end": actions.end_person, "seen": actions.note_seen}
    act = acts.get(request.POST.get("act", ""))
    if act is None:
        raise Refused()
    try:
        act(viewer, id, person, now=now)
    except Conflict as error:
        return done(request, "contract", say_error(error), tone="critical", contract=contract)
    return done(request, reverse("contract", args=[contract]), _("Noted."))


urlpatterns = [
    path("contracts/<int:contract>/people/new", new_person, name="interface_person_new"),
    path(
        "contracts/<int:contract>/people/<int:person>/act",
        act_on_person,
        name="interface_person_act",
    ),
]

"""How the papers of an acceptance say things. Words are the same as on the pages."""

from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from yunwei.operate.service.facts.acceptances import (
    AcceptanceData,
    Criterion,
    CriterionKind,
    PaperKind,
    Verdict,
)

type Text = object

TITLES: Mapping[str, Text] = {
    PaperKind.REPORT: gettext_lazy("Service acceptance report"),
    PaperKind.TESTS: gettext_lazy("Test report"),
    PaperKind.CONFIRMATION: gettext_lazy("Confirmation of acceptance"),
    PaperKind.FEEDBACK: gettext_lazy("Customer feedback"),
}
DIMENSIONS: Mapping[str, Text] = {
    CriterionKind.SCOPE: gettext_lazy("What was requested is done"),
    CriterionKind.RESPONSE: gettext_lazy("Answered in time"),
    CriterionKind.RESOLUTION: gettext_lazy("Solved in time"),
    CriterionKind.TIME: gettext_lazy("Tasks in time, or the delay has a reason"),
    CriterionKind.DOCUMENTS: gettext_lazy("Documents are complete"),
    CriterionKind.SATISFACTION: gettext_lazy("Satisfaction of the customer"),
    CriterionKind.CHECK: gettext_lazy("Check"),
}
VERDICTS: Mapping[str, Text] = {
    Verdict.MET: pgettext_lazy("criterion", "Met"),
    Verdict.NOT_MET: pgettext_lazy("criterion", "Not met"),
    Verdict.OPEN: pgettext_lazy("criterion", "The customer says so at signing"),
    Verdict.NOTHING: pgettext_lazy("criterion", "Nothing to measure"),
}
TASK_NAMES: Mapping[str, Text] = {
    "define_needs": gettext_lazy("Say what is needed"),
    "gather_information": gettext_lazy("Gather information"),
    "analyse_needs": gettext_lazy("Analyse what is needed"),
    "form_team": gettext_lazy("Form the team"),
    "plan_project": gettext_lazy("Plan the project"),
    "plan_acceptance": gettext_lazy("Say how it will be accepted"),
    "design": gettext_lazy("Design the solution"),
    "prepare": gettext_lazy("Prepare the work"),
    "deliver": gettext_lazy("Carry out the service"),
    "monitor": gettext_lazy("Watch over the results"),
    "accept": gettext_lazy("Carry out the acceptance"),
}
KINDS: Mapping[str, Text] = {
    "minutes": gettext_lazy("Minutes of a talk"),
    "record": gettext_lazy("Service record"),
    "test": gettext_lazy("Record of tests"),
    "design": gettext_lazy("Design of the solution"),
    "other": gettext_lazy("Other document"),
}
TYPES: Mapping[str, Text] = {
    "remote": gettext_lazy("Remote support"),
    "on_site": gettext_lazy("On-site support"),
    "inspection": gettext_lazy("Inspection"),
    "emergency": gettext_lazy("Emergency response"),
    "event": gettext_lazy("Support of great events"),
    "change": gettext_lazy("Standard change"),
}
CLOCKS: Mapping[str, Text] = {
    "met": pgettext_lazy("clock", "Met"),
    "late": pgettext_lazy("clock", "Too late"),
    "running": pgettext_lazy("clock", "Running"),
    "paused": pgettext_lazy("clock", "Paused"),
    "cancelled": pgettext_lazy("clock", "Counts for nothing"),
}
SCORE_NAMES: Mapping[str, Text] = {
    "speed": gettext_lazy("Speed of the answers"),
    "skill": gettext_lazy("Technical skill"),
    "result": gettext_lazy("What was achieved"),
    "attitude": gettext_lazy("Communication"),
    "papers": gettext_lazy("Documents and reports"),
    "overall": gettext_lazy("Over all"),
}
SIDES: Mapping[str, Text] = {
    "provider": gettext_lazy("Provider"),
    "customer": gettext_lazy("Customer"),
}
NOTHING = "–"


def say_day(day: date | None) -> str:
    return day.isoformat() if day else NOTHING


def say_time(data: AcceptanceData, at: datetime | None) -> str:
    if at is None:
        return NOTHING
    return at.astimezone(ZoneInfo(data.time_zone)).strftime("%Y-%m-%d %H:%M")


def say_length(seconds: int | None) -> str:
    """Return a length of service time as `3:05`, hours and minutes."""
    if seconds is None:
        return NOTHING
    hours, rest = divmod(seconds, 3600)
    return f"{hours}:{rest // 60:02d}"


def say_criterion(each: Criterion) -> str:
    name = DIMENSIONS[each.dimension]
    if not each.text:
        return str(name)
    return _("%(name)s: %(text)s") % {"name": name, "text": each.text}


def say_target(each: Criterion) -> str:
    if each.dimension is CriterionKind.SATISFACTION:
        return f"≥ {each.target:g} / 5"
    if each.target is not None:
        return f"≥ {each.target * 100:.1f}%"
    return _("all") if each.dimension is not CriterionKind.CHECK else NOTHING


def say_measured(each: Criterion) -> str:
    if each.dimension is CriterionKind.SATISFACTION:
        if each.measured is None:
            return NOTHING
        # of how many answers: a mean of one is no mean of thirty
        count = f" (n = {each.all})" if each.all > 1 else ""
        return f"{each.measured:.1f} / 5{count}"
    if each.measured is not None:
        return f"{each.measured * 100:.1f}% ({each.good} / {each.all})"
    if each.verdict is Verdict.NOTHING or each.dimension is CriterionKind.CHECK:
        return NOTHING
    return f"{each.good} / {each.all}"

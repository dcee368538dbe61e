"""The page on which a script is chosen for what came out of a run; and how chains are shown."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import path, reverse

from yunwei.base.core.errors import Invalid
from yunwei.base.core.ids import RunId
from yunwei.base.core.page import PageRequest
from yunwei.base.people.facts import Permission, Viewer
from yunwei.faces.web.console.scripts.automation_forms import runnable_scripts
from yunwei.faces.web.console.scripts.outcomes import read_query, say_outcome, write_query
from yunwei.faces.web.shared.error_texts import say_error
from yunwei.faces.web.shared.page import form_page, render
from yunwei.operate.runs import queries
from yunwei.operate.runs.facts.following import FollowState
from yunwei.operate.runs.facts.runs import OPEN, Follows, Group, Outcome, Run, TargetState

_MOST_FOLLOWERS = 50


@form_page(Permission.RUN_SCRIPTS)
def follow_run(request: HttpRequest, viewer: Viewer, run: int) -> HttpResponseBase:
    """GET /runs/N/follow[?state=…][&exit_code=…][&digest=…][&reason=…][&script=M]: which script,
    and on which of a run's desktops; with a script, on to the form of its start"""
    known = queries.access_run(viewer, RunId(run))
    outcome, error = Outcome(), ""
    try:
        outcome = read_query(request.GET)
        count = len(queries.followed_desktops(viewer, Follows(run=known.id, outcome=outcome)))
    except Invalid as wrong:
        error, count = say_error(wrong), 0
    script = request.GET.get("script", "")
    if script.isascii() and script.isdigit() and len(script) < 19 and not error:
        query = write_query(outcome)
        query["follow"] = str(known.id)
        where = reverse("run_start", args=[int(script)])
        return HttpResponseRedirect(f"{where}?{query.urlencode()}")
    return render(
        request,
        "console/runs/follow.html",
        parts=("count",),
        status=422 if error and not getattr(request, "htmx", None) else 200,
        run=known,
        scripts=runnable_scripts(viewer, known.tenant),
        states=[
            (state, known.count(state), state in outcome.states)
            for state in TargetState
            if state not in OPEN and (known.count(state) or state in outcome.states)
        ],
        exit_codes=outcome.exit_codes,
        digest=outcome.digest,
        reason=outcome.reason,
        said=say_outcome(outcome),
        count=count,
        error=error,
    )


def describe_chain(viewer: Viewer, run: Run) -> dict[str, Any]:
    """Return what the page of a run shows of what follows it, and of what it follows."""
    chain = queries.fetch_chain(viewer, run.id)
    by_itself = {each.run for each in chain}
    asked = PageRequest(limit=_MOST_FOLLOWERS)
    followers = queries.fetch_runs(viewer, {"follows": run.id}, asked).items
    return {
        "chain": [(each, say_outcome(each.outcome)) for each in chain],
        "waits": any(each.state is FollowState.WAITING for each in chain),
        "followers": [(each, _said(each)) for each in followers if each.id not in by_itself],
        "follows_said": _said(run),
    }


def ask_group(group: Group) -> str:
    """Return what an address asks for that means the targets of one group."""
    outcome = Outcome(
        states=(group.state,),
        exit_codes=() if group.exit_code is None else (group.exit_code,),
        digest=group.digest,
        reason=group.reason or None,
    )
    return write_query(outcome).urlencode()


def _said(run: Run) -> str:
    return say_outcome(run.choice.follows.outcome) if run.choice.follows else ""


urlpatterns = [path("runs/<int:run>/follow", follow_run, name="run_follow")]

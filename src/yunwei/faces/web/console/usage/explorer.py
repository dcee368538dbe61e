"""The usage explorer: people put a question together; a table, a figure and a file answer it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yunwei.base.core.errors import Invalid
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.saved_views.facts import SavedPage
from yunwei.faces.web.console.usage.asked import UsageQuery, read_usage, serve_usage
from yunwei.faces.web.console.usage.stretches import UsageBoard
from yunwei.faces.web.shared.page import page
from yunwei.faces.web.shared.saved_views import SavedMenu, open_menu
from yunwei.faces.web.shared.sheets import Plain, check_kind, serve_sheet
from yunwei.faces.web.shared.words import Text, word
from yunwei.operate.reports import explorer_figures as figures
from yunwei.operate.reports.charts import ChartSpec
from yunwei.operate.usage.facts.use import Dimension, Explored, Measure, Progress, Question
from yunwei.operate.usage.queries import exploring

ROWS_SHOWN, COLUMNS_SHOWN = 100, 31
STEP_S, MOST_STEPS = 1.0, 60
"""A page that is not done after so long says how far it is; after so many steps it is read to the
end, and refused when that takes too long."""
PRESETS: tuple[tuple[Text, Mapping[str, str]], ...] = (
    (gettext_lazy("Peak of each day"), {"measure": "peak_users", "by": "day"}),
    (gettext_lazy("When in the week"), {"measure": "users", "by": "weekday", "and": "hour"}),
    (gettext_lazy("Departments by day"), {"measure": "hours", "by": "department", "and": "day"}),
    (gettext_lazy("Who is connected longest"), {"measure": "hours", "by": "user"}),
    (gettext_lazy("Failures by pool"), {"measure": "failed_ratio", "by": "pool", "and": "day"}),
    (gettext_lazy("Slow clients"), {"measure": "logon_p95", "by": "client_version"}),
    (gettext_lazy("Logon storm"), {"measure": "attempts", "by": "hour", "and": "weekday"}),
)
_KIND = {
    Measure.HOURS: "duration",
    Measure.LOGON_P50: "duration",
    Measure.LOGON_P95: "duration",
    Measure.FAILED_RATIO: "ratio",
}


class Row(NamedTuple):
    """One line of the table. values: one by column. part: of the greatest, for its bar."""

    name: str
    values: list[float | None]
    before: float | None
    part: float


@dataclass
class ExplorerBoard(UsageBoard):
    """What the page shows. step: how often it was asked before, for as long as it is read."""

    question: Question
    is_compared: bool
    saved: SavedMenu
    step: int = 0
    is_stopped: bool = False

    @cached_property
    def found(self) -> Explored:
        return exploring.explore(self.now.ground, self.question, most_s=exploring.MOST_S)

    @cached_property
    def found_before(self) -> Explored | None:
        """The time before, where it is asked for and enough of it is known."""
        if not self.is_compared or self.before is None:
            return None
        return exploring.explore(self.before.ground, self.question, most_s=exploring.MOST_S)

    @cached_property
    def progress(self) -> Progress:
        """Reads for about a second what is not read yet."""
        grounds = [self.now.ground]
        if self.is_compared and self.before is not None:
            grounds.append(self.before.ground)
        return exploring.read_ahead(grounds, for_s=STEP_S)

    @property
    def is_reading(self) -> bool:
        """Whether there is more to read than fits into one step; asking again goes on with it."""
        return self.step < MOST_STEPS and not self.progress.is_done

    @property
    def next_step(self) -> str:
        return self.query.url(step=str(self.step + 1))

    @property
    def stop(self) -> str:
        return self.query.url(stop="yes")

    @property
    def at_once(self) -> str:
        return self.query.url(step=str(MOST_STEPS))

    @property
    def kind(self) -> str:
        return _KIND.get(self.question.measure, "number")

    @property
    def has_columns(self) -> bool:
        return len(self.question.by) > 1

    @cached_property
    def grid(self) -> figures.Grid:
        return figures.build_grid(self.found, self.found_before)

    @property
    def columns(self) -> list[str]:
        return [figures.say_key(self.found, 1, key) for key in self.grid.columns[:COLUMNS_SHOWN]]

    @property
    def rows(self) -> list[Row]:
        grid = self.grid
        values = (value for value in grid.first.values() if value is not None)
        most = max(values, default=0.0)
        return [
            Row(
                name=figures.say_key(self.found, 0, key),
                values=[grid.cells.get((key, each)) for each in grid.columns[:COLUMNS_SHOWN]],
                before=grid.before.get(key),
                part=(grid.first.get(key) or 0.0) / most if most else 0.0,
            )
            for key in grid.rows[:ROWS_SHOWN]
        ]

    @property
    def hidden_rows(self) -> int:
        return max(0, len(self.grid.rows) - ROWS_SHOWN)

    @property
    def spec(self) -> ChartSpec:
        measure = str(word("measure", self.question.measure).label)
        names = [str(word("dimension", each).label) for each in self.question.by]
        return figures.explored(
            self.found, self.grid, measure, names, time_zone=self.query.time_zone
        )

    @property
    def measures(self) -> list[tuple[Measure, bool]]:
        return [(each, each is self.question.measure) for each in Measure]

    @property
    def first(self) -> list[tuple[Dimension, bool]]:
        return [(each, each is self.question.by[0]) for each in Dimension]

    @property
    def second(self) -> list[tuple[Dimension, bool]]:
        return [(each, each in self.question.by[1:]) for each in Dimension]

    @property
    def presets(self) -> list[tuple[Text, str, bool]]:
        """Questions that are asked often, each with its address and whether it is asked now."""
        here = {name: self.query.more.get(name, "") for name in ("measure", "by", "and")}
        return [
            (
                text,
                self.query.url(**{"measure": "", "by": "", "and": "", **asked}),
                here == {"and": "", **asked},
            )
            for text, asked in PRESETS
        ]


@page(Permission.SEE_MONITORING)
def show_explorer(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /explorer?measure=hours&by=department&and=day&period=30d"""
    saved = open_menu(request, viewer, SavedPage.EXPLORER)
    if saved.opens_at:
        return redirect(saved.opens_at)
    question = _read_question(request)
    is_compared = request.GET.get("compare", "") == "yes" and len(question.by) == 1
    query = _keep(read_usage(request, viewer, "30d"), question, is_compared)
    board = ExplorerBoard(
        query=query,
        question=question,
        is_compared=is_compared,
        saved=saved,
        step=_read_step(request),
        is_stopped=request.GET.get("stop", "") == "yes",
    )
    if kind := request.GET.get("export", ""):
        return _export(board, check_kind(kind))
    return serve_usage(request, query, "console/usage/explorer.html", board=board, saved=saved)


def _read_step(request: HttpRequest) -> int:
    text = request.GET.get("step", "0")
    if not text.isdecimal() or len(text) > 4:
        raise Invalid("step", "this is not one of the choices")
    return int(text)


def _keep(query: UsageQuery, question: Question, is_compared: bool) -> UsageQuery:
    more = {
        "measure": question.measure.value,
        "by": question.by[0].value,
        "and": question.by[1].value if len(question.by) > 1 else "",
        "compare": "yes" if is_compared else "",
    }
    return replace(query, more=more)


def _read_question(request: HttpRequest) -> Question:
    measure = request.GET.get("measure", "") or Measure.PEAK_USERS.value
    by = [request.GET.get("by", "") or Dimension.DAY.value, request.GET.get("and", "")]
    if measure not in {each.value for each in Measure}:
        raise Invalid("measure", "this is not one of the choices")
    known = {each.value: each for each in Dimension}
    for name, text in zip(("by", "and"), by, strict=True):
        if text and text not in known:
            raise Invalid(name, "this is not one of the choices")
    question = Question(measure=Measure(measure), by=tuple(known[text] for text in by if text))
    exploring.check_question(question)
    return question


def _export(board: ExplorerBoard, kind: str) -> HttpResponseBase:
    found, before = board.found, board.found_before
    earlier = board.grid.before
    heading: list[Plain] = [str(word("dimension", each).label) for each in found.question.by]
    measure = str(word("measure", found.question.measure).label)
    heading.append(f"{measure} ({figures.say_unit(found.question.measure)})")
    if before is not None:
        heading.append(_("The time before"))
    rows = [heading]
    for cell in found.cells:
        row: list[Plain] = [
            figures.say_key(found, place, key) for place, key in enumerate(cell.keys)
        ]
        row.append(cell.value)
        if before is not None:
            row.append(earlier.get(cell.keys[0]))
        rows.append(row)
    return serve_sheet(
        board.query.viewer, kind, "explorer", measure, rows, asked=board.query.address
    )


urlpatterns = [path("explorer", show_explorer, name="explorer")]

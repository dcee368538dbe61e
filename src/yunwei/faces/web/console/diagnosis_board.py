"""What the page of one diagnosis shows: causes, what to do, what was done, how it went before."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from django.urls import reverse

from yunwei.base.people.facts import Viewer
from yunwei.faces.web.shared.diagnosis_words import say_said
from yunwei.operate.diagnosis.facts.evidence import SubjectKind
from yunwei.operate.diagnosis.facts.verdicts import (
    Case,
    Cases,
    DiagnosisRow,
    Finding,
    PartVerdict,
    Remedy,
    Verdict,
)
from yunwei.operate.diagnosis.queries import diagnoses as queries
from yunwei.operate.knowledge.facts.articles import Article
from yunwei.operate.knowledge.queries import articles as knowledge
from yunwei.operate.scripts.facts.library import ReadyScript
from yunwei.operate.scripts.queries.library import find_ready
from yunwei.operate.selfservice.facts.acts import ActRow
from yunwei.operate.selfservice.queries.acts import fetch_acts_after
from yunwei.plugins.sdk.contract import DesktopAct

_SHOWN, _TOLD = 5, 3
_LONGEST_TICKET = 600
_PAGES = {
    SubjectKind.DESKTOP: "desktop",
    SubjectKind.DESKTOP_USER: "desktop_user",
    SubjectKind.POOL: "pool",
    SubjectKind.ALARM: "alarm",
    SubjectKind.SITUATION: "situation",
}


@dataclass
class DiagnosisBoard:
    """What the page of one diagnosis shows."""

    viewer: Viewer
    row: DiagnosisRow
    verdict: Verdict

    @cached_property
    def articles(self) -> tuple[Article, ...]:
        """What is known about the causes, the best founded first."""
        found = knowledge.fetch_about_causes(self.viewer, tuple(self.verdict.causes))
        return tuple({each.key: each for articles in found.values() for each in articles}.values())

    @cached_property
    def ready(self) -> Mapping[str, ReadyScript]:
        """Those scripts among the remedies that may run, and on this desktop, by name."""
        if self.verdict.desktop is None:
            return {}
        remedies = [each for cause in self.verdict.accused for each in cause.remedies]
        wanted = {name for each in remedies for name in each.scripts}
        return find_ready(self.viewer, sorted(wanted))

    @cached_property
    def causes(self) -> list[tuple[Finding, list[tuple[Remedy, list[ReadyScript]]]]]:
        """Each cause with what to do about it and the scripts that do it."""
        return [
            (cause, [(each, self._scripts(each)) for each in cause.remedies])
            for cause in self.verdict.accused
        ]

    def _scripts(self, remedy: Remedy) -> list[ReadyScript]:
        return [self.ready[name] for name in remedy.scripts if name in self.ready]

    @cached_property
    def case(self) -> Case:
        return queries.fetch_case(self.viewer, self.row.id)

    @cached_property
    def before(self) -> Cases:
        return queries.fetch_cases_before(self.viewer, self.row)

    @cached_property
    def acts(self) -> Mapping[int, list[ActRow]]:
        """What was done because of this diagnosis and of those like it, by diagnosis."""
        ids = [self.row.id, *(each.id for each in self.before.latest)]
        found: dict[int, list[ActRow]] = {}
        for each in fetch_acts_after(self.viewer, ids):
            found.setdefault(each.diagnosis or 0, []).append(each)
        return found

    @property
    def own_acts(self) -> list[ActRow]:
        return self.acts.get(self.row.id, [])

    @property
    def like(self) -> list[tuple[Case, list[ActRow]]]:
        return [(each, self.acts.get(each.id, [])) for each in self.before.latest[:_SHOWN]]

    @property
    def helped(self) -> list[tuple[DesktopAct, int, int]]:
        """What was tried about this cause before: how often, and how often it was gone then, what
        helped most first."""
        tried: Counter[DesktopAct] = Counter()
        gone: Counter[DesktopAct] = Counter()
        for case in self.before.latest:
            if case.is_gone is None:
                continue
            for act in {each.act for each in self.acts.get(case.id, ())}:
                tried[act] += 1
                gone[act] += case.is_gone
        found = [(act, gone[act], count) for act, count in tried.items()]
        return sorted(found, key=lambda each: (-each[1] / each[2], -each[2], each[0]))

    @property
    def ticket(self) -> str:
        """What a ticket made of it begins with; the page itself is named by who asks."""
        lines = [
            f"{say_said(each.title)} ({each.score:g}): {say_said(each.text)}"
            for each in self.verdict.accused[:_TOLD]
        ]
        return "\n".join(lines)[:_LONGEST_TICKET]

    @property
    def subject_url(self) -> str:
        subject = self.verdict.subject
        return reverse(_PAGES[subject.kind], args=[subject.id])

    @property
    def parts(self) -> list[tuple[PartVerdict, list[Finding]]]:
        """Each part of the way with what its checks saw."""
        found = self.verdict.by_check
        return [(part, [found[name] for name in part.checks]) for part in self.verdict.parts]

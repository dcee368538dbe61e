"""The responsibility matrix as data: the tasks of a case, in which phase and step, who leads."""

from dataclasses import dataclass
from enum import StrEnum

from yunwei.operate.service.facts.cases import CaseStep
from yunwei.operate.service.facts.contracts import ContractSide


class Part(StrEnum):
    """What a side does in a task. leads: is responsible for it. assists: helps the other side."""

    LEADS = "leads"
    ASSISTS = "assists"


class Phase(StrEnum):
    START = "start"
    ANALYSIS = "analysis"
    DELIVERY = "delivery"
    ACCEPTANCE = "acceptance"


class TaskKey(StrEnum):
    DEFINE_NEEDS = "define_needs"
    GATHER_INFORMATION = "gather_information"
    ANALYSE_NEEDS = "analyse_needs"
    FORM_TEAM = "form_team"
    PLAN_PROJECT = "plan_project"
    PLAN_ACCEPTANCE = "plan_acceptance"
    DESIGN = "design"
    PREPARE = "prepare"
    DELIVER = "deliver"
    MONITOR = "monitor"
    ACCEPT = "accept"


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixRow:
    """One task: step is the one that it must be done in."""

    key: TaskKey
    phase: Phase
    step: CaseStep
    provider: Part
    customer: Part

    def part(self, side: ContractSide) -> Part:
        return self.provider if side is ContractSide.PROVIDER else self.customer

    @property
    def leader(self) -> ContractSide:
        """Who is asked for it first."""
        leads = self.provider is Part.LEADS
        return ContractSide.PROVIDER if leads else ContractSide.CUSTOMER


def _row(
    key: TaskKey, phase: Phase, step: CaseStep, provider: Part, customer: Part = Part.ASSISTS
) -> MatrixRow:
    return MatrixRow(key=key, phase=phase, step=step, provider=provider, customer=customer)


_LEADS, _ASSISTS = Part.LEADS, Part.ASSISTS

MATRIX: tuple[MatrixRow, ...] = (
    _row(TaskKey.DEFINE_NEEDS, Phase.ANALYSIS, CaseStep.ENQUIRY, _ASSISTS, _LEADS),
    _row(TaskKey.GATHER_INFORMATION, Phase.ANALYSIS, CaseStep.ENQUIRY, _LEADS),
    _row(TaskKey.ANALYSE_NEEDS, Phase.ANALYSIS, CaseStep.ENQUIRY, _LEADS),
    _row(TaskKey.FORM_TEAM, Phase.START, CaseStep.ORDER, _LEADS, _LEADS),
    _row(TaskKey.PLAN_PROJECT, Phase.START, CaseStep.PLAN, _LEADS),
    _row(TaskKey.PLAN_ACCEPTANCE, Phase.ACCEPTANCE, CaseStep.PLAN, _LEADS),
    _row(TaskKey.DESIGN, Phase.DELIVERY, CaseStep.REQUEST, _LEADS),
    _row(TaskKey.PREPARE, Phase.DELIVERY, CaseStep.REQUEST, _LEADS),
    _row(TaskKey.DELIVER, Phase.DELIVERY, CaseStep.DELIVERY, _LEADS),
    _row(TaskKey.MONITOR, Phase.ACCEPTANCE, CaseStep.DELIVERY, _LEADS),
    _row(TaskKey.ACCEPT, Phase.ACCEPTANCE, CaseStep.ACCEPTANCE, _ASSISTS, _LEADS),
)
"""In the order of the six steps. Each side has the part that the responsibility matrix gives it."""

TASKS: dict[TaskKey, MatrixRow] = {row.key: row for row in MATRIX}

"""The customer's departments: how many people, when they work, what they work on. Data only.

Times of day are minutes after local midnight, probabilities are per person and working day.
"""

from dataclasses import dataclass
from enum import StrEnum


class Assignment(StrEnum):
    """How a department's desktops are given to its people."""

    DEDICATED = "dedicated"  # one desktop each, in no pool
    STATIC = "static"  # one desktop each, in a static pool
    DYNAMIC = "dynamic"  # any free desktop of a dynamic pool


class Rota(StrEnum):
    """Which days and hours a department works."""

    OFFICE = "office"
    SHIFTS = "shifts"  # three shifts, seven days a week


@dataclass(frozen=True, slots=True, kw_only=True)
class Department:
    """One department. `share` is its part of all desktops; the shares add up to 1."""

    key: str
    name: str
    code: str
    share: float
    assignment: Assignment
    product: str
    image: str
    arrive_min: float = 8 * 60 + 42
    leave_min: float = 18 * 60
    spread_min: float = 16.0
    overtime: float = 0.10
    leave: float = 0.05
    weekend: float = 0.03
    evening: float = 0.06
    meetings: float = 0.35
    branch: float = 0.15
    people_per_desktop: float = 1.0
    rota: Rota = Rota.OFFICE
    edge: bool = False


DEPARTMENTS = (
    Department(
        key="rnd1", name="研发一部", code="RD1", share=0.14, assignment=Assignment.DEDICATED,
        product="large", image="win11-dev", arrive_min=9 * 60 + 8, leave_min=19 * 60,
        spread_min=24, overtime=0.34, weekend=0.09, evening=0.12, meetings=0.45, branch=0.04,
    ),
    Department(
        key="rnd2", name="研发二部", code="RD2", share=0.11, assignment=Assignment.DEDICATED,
        product="large", image="linux-dev", arrive_min=9 * 60 + 12, leave_min=19 * 60 + 10,
        spread_min=26, overtime=0.36, weekend=0.10, evening=0.14, meetings=0.42, branch=0.05,
    ),
    Department(
        key="qa", name="测试部", code="QA", share=0.07, assignment=Assignment.DEDICATED,
        product="medium", image="win10-office", arrive_min=9 * 60, leave_min=18 * 60 + 40,
        overtime=0.26, weekend=0.06, branch=0.05,
    ),
    Department(
        key="design", name="设计部", code="DSN", share=0.07, assignment=Assignment.DEDICATED,
        product="gpu", image="win11-dev", arrive_min=9 * 60 + 15, leave_min=18 * 60 + 45,
        spread_min=25, overtime=0.22, branch=0.02,
    ),
    Department(
        key="sales", name="销售部", code="SAL", share=0.12, assignment=Assignment.DEDICATED,
        product="small", image="win10-office", arrive_min=8 * 60 + 50, leave_min=17 * 60 + 50,
        spread_min=30, leave=0.10, evening=0.16, meetings=0.55, branch=0.62, edge=True,
    ),
    Department(
        key="it", name="信息技术部", code="IT", share=0.05, assignment=Assignment.DEDICATED,
        product="medium", image="win11-dev", arrive_min=8 * 60 + 35, overtime=0.20,
        weekend=0.12, evening=0.20, branch=0.03,
    ),
    Department(
        key="finance", name="财务部", code="FIN", share=0.06, assignment=Assignment.STATIC,
        product="medium", image="win10-office", arrive_min=8 * 60 + 18, leave_min=17 * 60 + 35,
        spread_min=10, overtime=0.14, meetings=0.20,
    ),
    Department(
        key="hr", name="人力资源部", code="HR", share=0.04, assignment=Assignment.STATIC,
        product="small", image="win10-office", arrive_min=8 * 60 + 25, leave_min=17 * 60 + 40,
        spread_min=11, meetings=0.50,
    ),
    Department(
        key="legal", name="法务合规部", code="LEG", share=0.03, assignment=Assignment.STATIC,
        product="small", image="win10-office", arrive_min=8 * 60 + 40, spread_min=14,
    ),
    Department(
        key="marketing", name="市场部", code="MKT", share=0.05, assignment=Assignment.STATIC,
        product="medium", image="win11-dev", arrive_min=8 * 60 + 55, leave_min=18 * 60 + 10,
        spread_min=20, meetings=0.50, branch=0.25, edge=True,
    ),
    Department(
        key="operations", name="运营部", code="OPS", share=0.10, assignment=Assignment.DYNAMIC,
        product="small", image="win10-office", arrive_min=8 * 60 + 28, leave_min=17 * 60 + 55,
        spread_min=14, overtime=0.08, people_per_desktop=1.05,
    ),
    Department(
        key="support", name="客户服务中心", code="CSC", share=0.16,
        assignment=Assignment.DYNAMIC, product="small", image="win10-office", leave=0.06,
        meetings=0.10, branch=0.30, people_per_desktop=1.7, rota=Rota.SHIFTS,
    ),
)  # fmt: skip

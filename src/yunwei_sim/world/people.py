"""The people who use desktops, as columns: name, department, habits, where they sit.

What they do on a given day is `habits.py`.
"""

from collections import Counter

import numpy as np

from yunwei_sim.world.catalogue import HOME_TERMINALS, OFFICE_TERMINALS
from yunwei_sim.world.departments import DEPARTMENTS, Assignment
from yunwei_sim.world.names import GIVEN, SURNAMES
from yunwei_sim.world.noise import Longs, Noise
from yunwei_sim.world.places import make_id


def desktops_by_department(desktops: int) -> Longs:
    """Return how many desktops each department has; the figures add up to `desktops`."""
    shares = np.array([department.share for department in DEPARTMENTS])
    whole = np.floor(shares * desktops).astype(np.int64)
    # The largest department takes what rounding left over.
    whole[int(np.argmax(shares))] += desktops - int(whole.sum())
    return whole


def edge_desktops(desktops: int) -> int:
    """Return how many of all desktops run at the edge site."""
    is_edge = np.array([department.edge for department in DEPARTMENTS])
    return int(desktops_by_department(desktops)[is_edge].sum())


class People:
    """All desktop users of one world. Every column has one element per person, in id order."""

    def __init__(self, noise: Noise, *, desktops: int, gateways: int, brokers: int) -> None:
        per_department = desktops_by_department(desktops)
        sizes = [
            _headcount(int(number), department.assignment, department.people_per_desktop)
            for number, department in zip(per_department, DEPARTMENTS, strict=True)
        ]
        self.department: Longs = np.repeat(np.arange(len(DEPARTMENTS)), sizes)
        self.count = len(self.department)
        self.index = np.arange(self.count)
        self._draw_habits(noise)
        self._draw_access(noise, gateways=gateways, brokers=brokers)
        self.full_names, self.logins = _names(noise, self.count)
        self.ids = [make_id(noise, "person", number) for number in range(self.count)]
        self.sids = [
            f"S-1-5-21-2847190563-1184035772-3390182241-{1104 + number}"
            for number in range(self.count)
        ]
        self.number_of = {login: number for number, login in enumerate(self.logins)}

    def _draw_habits(self, noise: Noise) -> None:
        traits = [DEPARTMENTS[number] for number in range(len(DEPARTMENTS))]

        def trait(name: str) -> np.ndarray:
            return np.array([getattr(department, name) for department in traits])[self.department]

        self.arrive_min = trait("arrive_min") + trait("spread_min") * noise.normal(
            "arrives", self.index
        )
        self.leave_min = trait("leave_min") + 14.0 * noise.normal("leaves", self.index)
        self.overtime = trait("overtime") * noise.between(0.3, 1.7, "overtime", self.index)
        self.evening = trait("evening") * noise.between(0.0, 2.0, "evening", self.index)
        self.meetings = trait("meetings") * noise.between(0.4, 1.6, "meetings", self.index)
        self.leave = trait("leave")
        self.weekend = trait("weekend") * noise.between(0.0, 2.0, "weekend", self.index)
        self.works_shifts = trait("rota") == "shifts"
        self.is_dynamic = trait("assignment") == Assignment.DYNAMIC
        self.is_late_comer = noise.uniform("late comer", self.index) < 0.12
        self.is_night_owl = noise.uniform("night owl", self.index) < 0.04
        self.intensity = noise.between(0.5, 1.5, "intensity", self.index)
        self.profile_s = 12.0 * np.exp(0.30 * noise.normal("profile size", self.index))
        self.is_disabled = noise.uniform("disabled", self.index) < 0.008
        self.is_locked = ~self.is_disabled & (noise.uniform("locked", self.index) < 0.003)

    def _draw_access(self, noise: Noise, *, gateways: int, brokers: int) -> None:
        branch = np.array([department.branch for department in DEPARTMENTS])[self.department]
        self.in_branch = noise.uniform("branch", self.index) < branch
        self.gateway = noise.pick(gateways, "gateway", self.index)
        self.broker = noise.pick(brokers, "broker", self.index)
        lan = 4.0 + 7.0 * noise.uniform("lan", self.index)
        wan = 18.0 + 26.0 * noise.uniform("wan", self.index)
        self.office_rtt = np.where(self.in_branch, wan, lan)
        self.home_rtt = 22.0 + 50.0 * noise.uniform("home rtt", self.index)
        self.office_terminal = noise.pick(len(OFFICE_TERMINALS), "terminal", self.index)
        self.home_terminal = noise.pick(len(HOME_TERMINALS), "home terminal", self.index)

    def find(self, text: str) -> int | None:
        """Return the number of the person with that login name or id."""
        number = self.number_of.get(text.casefold())
        if number is None and text in self.ids:
            number = self.ids.index(text)
        return number


def _headcount(desktops: int, assignment: Assignment, people_per_desktop: float) -> int:
    if assignment == Assignment.DYNAMIC:
        return round(desktops * people_per_desktop)
    # A few desktops stand ready for newcomers and belong to nobody yet.
    return max(1, desktops - round(desktops * 0.015)) if desktops else 0


def _names(noise: Noise, count: int) -> tuple[list[str], list[str]]:
    numbers = np.arange(count)
    # Squaring makes low indexes, the common surnames, much likelier.
    surname = (noise.uniform("surname", numbers) ** 2 * len(SURNAMES)).astype(np.int64)
    first = noise.pick(len(GIVEN), "given 1", numbers)
    second = noise.pick(len(GIVEN), "given 2", numbers)
    has_second = noise.uniform("two characters", numbers) < 0.8
    full_names, logins = [], []
    taken: Counter[str] = Counter()
    for person in range(count):
        characters = [SURNAMES[surname[person]], GIVEN[first[person]]]
        if has_second[person]:
            characters.append(GIVEN[second[person]])
        full_names.append("".join(character for character, _ in characters))
        login = "".join(pinyin for _, pinyin in characters)[:17]
        taken[login] += 1
        logins.append(login if taken[login] == 1 else f"{login}{taken[login]:02d}")
    return full_names, logins

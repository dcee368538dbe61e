"""Rules and alarms of a made-up desktop cloud, as many as a measurement wants."""

from collections.abc import Callable
from random import Random

from tests.support.alarms import START

type Form = dict[str, object]

TYPES = [
    f"{area}.{what}"
    for area in ("host", "disk", "login", "net", "agent", "licence")
    for what in ("down", "slow", "full", "failed", "lost", "high", "low", "expired")
]
SEVERITIES = ["critical", "major", "minor", "warning"]
_WORDS = (
    *("memory", "datastore", "gateway", "broker", "timeout", "session", "certificate", "fan"),
    *("latency", "replica", "quota", "heartbeat", "snapshot", "profile", "printer", "image"),
    *("cluster", "volume", "firewall", "port", "voltage", "temperature", "licence", "controller"),
    *("cache", "battery", "policy", "template", "account", "password", "domain", "tunnel"),
    *("route", "queue", "index", "job", "backup", "thread", "socket", "kernel"),
    *("driver", "update", "patch", "agent", "proxy", "token", "mirror", "storage"),
)


def term(field: str, op: str, value: object) -> Form:
    return {"field": field, "op": op, "value": value}


class RuleWorld:
    """400 pools of 200 desktops, 600 hosts, and what can go wrong with them."""

    def __init__(self, seed: int = 7) -> None:
        self.chance = Random(seed)

    def alarm(self, number: int) -> dict[str, object]:
        """Return the row of an alarm, as governance makes it."""
        managed_object = self._managed_object()
        is_device = managed_object.startswith("/device/")
        severity = self.chance.choice(SEVERITIES)
        source = self.chance.randrange(20)
        return {
            "source": str(source),
            "source_name": f"cloud-{source}",
            "managed_object": managed_object,
            "alarm_type": self.chance.choice(TYPES),
            "qualifier": f"q{self.chance.randrange(1000)}",
            "severity": severity,
            "reported_severity": severity,
            "text": f"{self._words(5)} on node {self.chance.randrange(5000)} code E{number}",
            "operator_state": "none",
            "count": self.chance.randrange(1, 20),
            "raised_at": START,
            "address": managed_object.split("/")[2] if is_device else None,
            "raw": {"site": f"S{self.chance.randrange(100)}"},
        }

    def _managed_object(self) -> str:
        kind = self.chance.random()
        if kind < 0.6:
            return self.desktop()
        if kind < 0.8:
            return f"/host/H-{self.chance.randrange(600)}"
        return f"/device/{self._address()}/interface/{self.chance.randrange(48)}"

    def pool(self) -> str:
        return f"/pool/P-{self.chance.randrange(400)}"

    def desktop(self) -> str:
        return f"{self.pool()}/desktop/D-{self.chance.randrange(200)}"

    def _address(self) -> str:
        return "10." + ".".join(str(self.chance.randrange(limit)) for limit in (40, 256, 256))

    def _words(self, count: int) -> str:
        return " ".join(self.chance.choices(_WORDS, k=count))

    def rule(self) -> Form:
        """Return a rule as people of a desktop cloud write them."""
        kinds: dict[Callable[[], Form], int] = {
            self.one_desktop: 30,
            self.type_in_pool: 20,
            self.one_qualifier: 10,
            self.words_in_text: 10,
            self.expression: 10,
            self.network: 7,
            self.types_by_glob: 5,
            self.site: 4,
            self.one_of_two: 4,
        }
        return self.chance.choices(list(kinds), list(kinds.values()))[0]()

    def one_desktop(self) -> Form:
        return term("managed_object", "under", self.desktop())

    def type_in_pool(self) -> Form:
        types = term("alarm_type", "in", self.chance.sample(TYPES, 2))
        return {"all": [types, term("managed_object", "under", self.pool())]}

    def one_qualifier(self) -> Form:
        return {
            "all": [
                term("alarm_type", "eq", self.chance.choice(TYPES)),
                term("qualifier", "eq", f"q{self.chance.randrange(1000)}"),
                {"not": term("severity", "eq", "critical")},
            ]
        }

    def words_in_text(self) -> Form:
        words = f"{self._words(2)} on node {self.chance.randrange(5000)}"
        return {"all": [term("text", "contains", words), term("severity", "at_most", "major")]}

    def expression(self) -> Form:
        node = self.chance.randrange(5000)
        return term("text", "regex", rf"{self._words(2)} .*node {node}\b")

    def network(self) -> Form:
        length = self.chance.choice((16, 24, 28, 32))
        return term("address", "cidr", f"{self._address()}/{length}")

    def types_by_glob(self) -> Form:
        types = term("alarm_type", "glob", f"{self.chance.choice(TYPES)[:4]}*")
        return {"all": [types, term("managed_object", "under", self.pool())]}

    def site(self) -> Form:
        return {
            "all": [
                term("raw.site", "eq", f"S{self.chance.randrange(100)}"),
                term("qualifier", "eq", f"q{self.chance.randrange(1000)}"),
            ]
        }

    def one_of_two(self) -> Form:
        return {"any": [self.one_desktop(), self.one_qualifier()]}

    # and rules that are made to hurt

    def only_negations(self) -> Form:
        return {"not": term("managed_object", "under", self.desktop())}

    def one_type_for_all(self) -> Form:
        """All wait for the same type; a second look tells them apart."""
        return {
            "all": [
                term("alarm_type", "eq", "host.down"),
                {"any": [self.one_desktop(), term("text", "contains", self._words(3))]},
            ]
        }

    def one_type_and_negations(self) -> Form:
        """All wait for the same type, and nothing else tells them apart."""
        return {"all": [term("alarm_type", "eq", "host.down"), self.only_negations()]}

    def short_texts(self) -> Form:
        return term("text", "contains", "".join(self.chance.choices("aeinorst ", k=3)))

    def expressions_without_text(self) -> Form:
        return term("text", "regex", rf"[a-f]\d{{2,}}.[{self.chance.randrange(10)}-9]\d*5$")

    def fifty_for_each_pool(self) -> Form:
        pool = f"/pool/P-{self.chance.randrange(200)}"
        return {"all": [term("managed_object", "under", pool), term("count", "at_least", 25)]}

    def one_large_set(self) -> Form:
        hosts = [f"/host/H-{number}" for number in range(5000)]
        return {"all": [term("managed_object", "under", hosts), self.one_qualifier()]}

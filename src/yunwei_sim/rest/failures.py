"""How the service words a failed login: reason, error code, stage. Data only."""

from dataclasses import dataclass

from yunwei_sim.world.rows import Failure


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """The words for one failure. `after_ms` is how long the stage took to fail."""

    reason: str
    error_code: str
    stage: str
    after_ms: int


WORDINGS = {
    Failure.WRONG_PASSWORD: Wording(
        reason="The user name or password is incorrect.", error_code="WKS.01100001",
        stage="MAIN_AUTH", after_ms=850,
    ),
    Failure.TIMED_OUT: Wording(
        reason="The connection to the desktop timed out.", error_code="WKS.01100021",
        stage="CONNECT", after_ms=30_000,
    ),
    Failure.NO_FREE_DESKTOP: Wording(
        reason="No available desktop in the desktop pool.", error_code="WKS.01100012",
        stage="PRECONNECT", after_ms=1_400,
    ),
    Failure.DESKTOP_DOWN: Wording(
        reason="The desktop is abnormal and cannot be connected.", error_code="WKS.01100015",
        stage="PRECONNECT", after_ms=3_200,
    ),
    Failure.AGENT_GONE: Wording(
        reason="The desktop is not registered.", error_code="WKS.01100016", stage="PRECONNECT",
        after_ms=10_000,
    ),
    Failure.BROKER_DOWN: Wording(
        reason="The access service is unavailable.", error_code="WKS.01100031", stage="LOGIN",
        after_ms=15_000,
    ),
    Failure.NO_LICENCE: Wording(
        reason="The number of licenses is insufficient.", error_code="WKS.01100013",
        stage="PRECONNECT", after_ms=900,
    ),
    Failure.NETWORK_LOST: Wording(
        reason="The network connection was lost.", error_code="WKS.01100022", stage="CONNECT",
        after_ms=12_000,
    ),
    Failure.OVERLOADED: Wording(
        reason="The system is busy. Please try again later.", error_code="WKS.01100032",
        stage="LOGIN", after_ms=20_000,
    ),
    Failure.DIRECTORY_DOWN: Wording(
        reason="Failed to connect to the AD domain controller.", error_code="WKS.01100041",
        stage="MAIN_AUTH", after_ms=15_000,
    ),
    Failure.CLOCK_SKEW: Wording(
        reason="The clock of the server differs too much from that of the domain.",
        error_code="WKS.01100042", stage="MAIN_AUTH", after_ms=1_100,
    ),
    Failure.BAD_CERTIFICATE: Wording(
        reason="The certificate of the access address has expired.", error_code="WKS.01100043",
        stage="LOGIN", after_ms=600,
    ),
    Failure.NAME_UNKNOWN: Wording(
        reason="The access address cannot be resolved by the DNS server.",
        error_code="WKS.01100044", stage="LOGIN", after_ms=9_000,
    ),
    Failure.ACCOUNT_LOCKED: Wording(
        reason="The user account is locked.", error_code="WKS.01100002", stage="MAIN_AUTH",
        after_ms=500,
    ),
}  # fmt: skip

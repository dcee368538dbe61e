"""Connection records and the online curve. Paths under /connections.

Which instant a record is found by is not documented; here it is the start of the connection, and
the newest comes first.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from yunwei_sim.rest.cloud import Cloud
from yunwei_sim.rest.desktop_record import agent_of
from yunwei_sim.rest.errors import invalid
from yunwei_sim.rest.failures import WORDINGS
from yunwei_sim.rest.parameters import Query, optional_window
from yunwei_sim.world import calendar
from yunwei_sim.world.catalogue import HOME_TERMINALS, OFFICE_TERMINALS, Terminal
from yunwei_sim.world.ledger import Block
from yunwei_sim.world.power import DesktopStates
from yunwei_sim.world.rows import NEVER, Attempt, Failure, Mask, Rows, as_attempts, succeeded

type Answer = dict[str, object]
type Path = dict[str, str]

E2E_MORE_MS = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Some rows of one day's block, oldest first."""

    block: Block
    rows: Rows


def list_login_records(cloud: Cloud, query: Query, path: Path) -> Answer:
    """GET /connections/desktops (ListLoginRecordsNew): limit 0 to 1000, default 20."""
    offset, limit = query.page(default=20, most=1000)
    window = optional_window(query) or (0, cloud.world.at_s)
    pieces = list(_filtered(cloud, query, _pieces(cloud, *window)))
    states = cloud.states()
    records = [
        _describe(cloud, states, day, attempt)
        for day, attempt in _page(pieces, offset=offset, limit=limit)
    ]
    return {"total_count": sum(len(piece.rows) for piece in pieces), "records": records}


def _pieces(cloud: Cloud, from_s: int, to_s: int) -> Iterator[Piece]:
    """Yield what started in the window and is not in the future, newest day first."""
    to_s = min(to_s, cloud.world.at_s)
    oldest = calendar.start_of(cloud.world.ledger.blocks[0].day)
    for block in reversed(list(cloud.world.ledger.between(max(from_s, oldest), to_s))):
        starts = block.rows["start"]
        low = int(np.searchsorted(starts, from_s, side="left"))
        high = int(np.searchsorted(starts, to_s, side="right"))
        yield Piece(block=block, rows=block.rows[low:high])


def _filtered(cloud: Cloud, query: Query, pieces: Iterable[Piece]) -> Iterator[Piece]:
    world = cloud.world
    user, computer = query.text("user_name"), query.text("computer_name")
    number = None if user is None else world.people.number_of.get(user.casefold(), -1)
    desktop = None if computer is None else world.fleet.number_named.get(computer.casefold(), -1)
    least, most = query.optional_number("min_network_rtt"), query.optional_number("max_network_rtt")
    address, terminal = query.text("public_ip"), query.text("terminal_type")
    for piece in pieces:
        rows = piece.rows if number is None else _only(piece.rows, piece.rows["user"] == number)
        rows = rows if desktop is None else _only(rows, rows["desktop"] == desktop)
        if least is not None or most is not None:
            rows = _only(rows, _within(rows, least, most, now_s=world.at_s))
        if address is not None:
            rows = _only(rows, _each(rows, lambda attempt: _public_ip(cloud, attempt) == address))
        if terminal not in {None, "WI"}:
            rows = _only(
                rows, _each(rows, lambda attempt: _terminal(cloud, attempt).type == terminal)
            )
        yield Piece(block=piece.block, rows=rows)


def _each(rows: Rows, test: Callable[[Attempt], bool]) -> Mask:
    return np.array([test(attempt) for attempt in as_attempts(rows)], dtype=bool)


def _only(rows: Rows, mask: Mask) -> Rows:
    return rows[mask] if len(rows) else rows


def _within(rows: Rows, least: int | None, most: int | None, *, now_s: int) -> Mask:
    """Return which connections have an end-to-end delay in the range; attempts have none."""
    delay = rows["rtt_ms"].astype(np.int64) + rows["rtt_add_ms"] + E2E_MORE_MS
    is_up = succeeded(rows) & (rows["setup"] <= now_s)
    mask: Mask = is_up & (delay >= (least or 0)) & (delay <= (NEVER if most is None else most))
    return mask


def _page(pieces: list[Piece], *, offset: int, limit: int) -> Iterator[tuple[int, Attempt]]:
    for piece in pieces:
        if limit <= 0:
            return
        count = len(piece.rows)
        if offset >= count:
            offset -= count
            continue
        for attempt in as_attempts(piece.rows[::-1][offset : offset + limit]):
            limit -= 1
            yield piece.block.day, attempt
        offset = 0


def _terminal(cloud: Cloud, attempt: Attempt) -> Terminal:
    people, user = cloud.world.people, attempt.user
    if attempt.is_from_home:
        return HOME_TERMINALS[people.home_terminal[user]]
    return OFFICE_TERMINALS[people.office_terminal[user]]


def _public_ip(cloud: Cloud, attempt: Attempt) -> str:
    user = attempt.user
    if attempt.is_from_home:
        return f"198.18.{user // 250 % 250}.{user % 250 + 1}"
    return "198.51.100.20" if cloud.world.people.in_branch[user] else "203.0.113.10"


def terminal_of(cloud: Cloud, attempt: Attempt) -> Answer:
    """Return the device that a connection comes from, in the words of the connection record."""
    user, terminal = attempt.user, _terminal(cloud, attempt)
    at_home = attempt.is_from_home
    net = f"192.168.{user % 8 + 1}" if at_home else f"10.{8 + user // 60_000}.{user // 240 % 250}"
    address = f"{net}.{user % 240 + 10}"
    return {
        "terminal_mac": f"3c-{'9a' if at_home else '52'}-82-"
        f"{user >> 16 & 255:02x}-{user >> 8 & 255:02x}-{user & 255:02x}",
        "terminal_name": f"{terminal.prefix}-{user:05d}",
        "terminal_ip": address,
        "client_version": terminal.client,
        "terminal_type": terminal.type,
        "source_ip": address,
        "public_ip": _public_ip(cloud, attempt),
    }


def transaction_id(cloud: Cloud, day: int, uid: int) -> str:
    """Return the name of one attempt, by which its phases are found."""
    secret = f"{cloud.world.seed}/{day}/{uid}".encode()
    return f"{day:08x}{uid:08x}{hashlib.blake2b(secret, digest_size=8).hexdigest()}"


def find_transaction(cloud: Cloud, text: str) -> Attempt | None:
    """Return the attempt behind a transaction id, if it has started."""
    try:
        day, uid = int(text[:8], 16), int(text[8:16], 16)
    except ValueError:
        return None
    block = cloud.world.ledger.block_of(day)
    if block is None or uid >= 1 << 31 or text != transaction_id(cloud, day, uid):
        return None
    found = as_attempts(block.with_uid(uid))
    return found[0] if found and found[0].start <= cloud.world.at_s else None


def _describe(cloud: Cloud, states: DesktopStates, day: int, attempt: Attempt) -> Answer:
    world, now_s = cloud.world, cloud.world.at_s
    user, desktop, failure = attempt.user, attempt.desktop, Failure(attempt.failure)
    failed = failure != Failure.NONE
    is_up = not failed and attempt.setup <= now_s
    is_over = not failed and attempt.end <= now_s
    has_desktop = desktop >= 0
    rtt = attempt.rtt_ms + attempt.rtt_add_ms if is_up else None
    return {
        "transaction_id": transaction_id(cloud, day, attempt.uid),
        "sid": world.fleet.sid(desktop) if has_desktop else None,
        "computer_name": world.fleet.names[desktop] if has_desktop else None,
        "desktop_id": world.fleet.ids[desktop] if has_desktop else None,
        "desktop_ip": world.fleet.ip(desktop) if has_desktop else None,
        "agent_version": agent_of(cloud, states, desktop) if has_desktop else None,
        "user_name": world.people.logins[user],
        "connection_start_time": calendar.iso_utc(attempt.start),
        "connection_setup_time": calendar.iso_utc(attempt.setup) if is_up else None,
        "connection_end_time": calendar.iso_utc(attempt.end) if is_over else None,
        "is_reconnect": attempt.is_reconnect,
        "connection_failure_reason": WORDINGS[failure].reason if failed else None,
        "network_rtt": rtt,
        "e2e_rtt": None if rtt is None else rtt + E2E_MORE_MS,
        "enterprise_project_id": "0",
        **terminal_of(cloud, attempt),
    }


def list_online_counts(cloud: Cloud, query: Query, path: Path) -> Answer:
    """GET /connections/online-users (ListHistoryOnlineInfoNew): people per hour, or per day.

    DAY is the local day until now, WEEK the last 7 and MONTH the last 30 local days.
    """
    from_s, to_s = _online_window(query, cloud.world.at_s)
    same_day = calendar.day_of(from_s) == calendar.day_of(to_s)
    step_s = 3600 if same_day else calendar.DAY_S
    begin = from_s // 3600 * 3600 if same_day else calendar.start_of(calendar.day_of(from_s))
    return {
        "time_counts": [
            f"{calendar.iso_utc(at_s)[:16]}Z:{_people_between(cloud, at_s, at_s + step_s)}"
            for at_s in range(begin, to_s + 1, step_s)
        ]
    }


def _online_window(query: Query, now_s: int) -> tuple[int, int]:
    days_back = {"DAY": 0, "WEEK": 6, "MONTH": 29}
    kind, window = query.choice("query_type", days_back), optional_window(query)
    if kind is not None:
        return calendar.start_of(calendar.day_of(now_s) - days_back[kind]), now_s
    if window is None:
        raise invalid("query_type", "query_type or start_time and end_time are required")
    return window[0], min(window[1], now_s)


def _people_between(cloud: Cloud, from_s: int, to_s: int) -> int:
    ledger, until_s = cloud.world.ledger, min(to_s, cloud.world.at_s + 1)
    found = [np.empty(0, dtype=np.int32)]
    for block in ledger.blocks:
        if block.last_end > from_s and len(block.rows) and block.rows["start"][0] < until_s:
            rows = block.rows
            mask = (rows["setup"] < until_s) & (rows["end"] > from_s) & (rows["failure"] == 0)
            found.append(np.unique(rows["user"][mask]))
    return len(np.unique(np.concatenate(found)))

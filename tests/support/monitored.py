"""A page of readings with one thing of each kind, of a small desktop cloud."""

from datetime import datetime

from yunwei.base.core.readings import (
    DesktopKind,
    DesktopSeen,
    DesktopState,
    DesktopUserSeen,
    HostSeen,
    LicenceSeen,
    LoginState,
    PoolSeen,
    ReadingPage,
    SessionSeen,
)


def build_page(read_at: datetime) -> ReadingPage:
    """Return a pool, a host, a desktop user, a desktop with a session, and a licence."""
    desktop = DesktopSeen(
        native_id="d1",
        name="PC-1",
        kind=DesktopKind.DEDICATED,
        state=DesktopState.RUNNING,
        login_state=LoginState.CONNECTED,
        pool="p1",
        host="h1",
        ip="10.0.0.9",
        logins=("li.lei",),
        raw={"k": "v"},
    )
    return ReadingPage(
        readings=(
            PoolSeen(native_id="p1", name="Finance"),
            HostSeen(native_id="h1", name="host-1"),
            DesktopUserSeen(native_id="u1", login="li.lei", name="李雷"),
            desktop,
            SessionSeen(desktop="d1", login="li.lei", state=LoginState.CONNECTED),
            LicenceSeen(native_id="ccu", name="CCU", total=100, used=40),
        ),
        read_at=read_at,
    )

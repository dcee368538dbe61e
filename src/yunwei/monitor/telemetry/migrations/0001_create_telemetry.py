"""The first tables: observations, connections, logon stages, user actions, raw alarms."""

from yunwei.monitor.telemetry.facts import Column, Index, Table
from yunwei.monitor.telemetry.migrations.operations import CreateTable

_TIME = "DateTime64(3, 'UTC')"
_WORD = "LowCardinality(String)"


def _time(name: str) -> Column:
    return Column(name=name, type=_TIME, codec="DoubleDelta, ZSTD(1)")


def _text(name: str) -> Column:
    return Column(name=name, type="String")


def _word(name: str) -> Column:
    return Column(name=name, type=_WORD)


def _flag(name: str) -> Column:
    return Column(name=name, type="Bool")


_WHOSE = (Column(name="tenant", type="UInt64"), Column(name="source", type="UInt64"))

OPERATIONS = (
    CreateTable(
        table=Table(
            name="observations",
            summary="",
            columns=(
                *_WHOSE,
                _word("metric"),
                _word("object_kind"),
                _text("object_id"),
                _time("at"),
                Column(name="value", type="Float64", codec="Gorilla, ZSTD(1)"),
                _time("written_at"),
            ),
            key=("tenant", "source", "metric", "object_kind", "object_id", "at"),
            version="written_at",
            partition="toYYYYMM(at)",
            expires_by="at",
        )
    ),
    CreateTable(
        table=Table(
            name="connections",
            summary="",
            columns=(
                *_WHOSE,
                _time("started_at"),
                _text("native_id"),
                _text("login"),
                _text("desktop"),
                _text("desktop_name"),
                Column(name="setup_at", type=f"Nullable({_TIME})"),
                Column(name="ended_at", type=f"Nullable({_TIME})"),
                _flag("is_reconnect"),
                _word("failure"),
                Column(name="rtt_s", type="Nullable(Float64)"),
                _word("client_type"),
                _text("client_name"),
                _text("client_ip"),
                _word("client_version"),
                _time("read_at"),
            ),
            key=("tenant", "source", "started_at", "native_id"),
            version="read_at",
            partition="toYYYYMM(started_at)",
            expires_by="started_at",
            indexes=(
                Index(name="by_desktop", expression="desktop", type="bloom_filter", granularity=4),
                Index(name="by_login", expression="login", type="bloom_filter", granularity=4),
            ),
        )
    ),
    CreateTable(
        table=Table(
            name="logon_stages",
            summary="",
            columns=(
                *_WHOSE,
                _time("started_at"),
                _text("native_id"),
                _word("stage"),
                Column(name="seconds", type="Float64"),
                _time("written_at"),
            ),
            key=("tenant", "source", "started_at", "native_id", "stage"),
            version="written_at",
            partition="toYYYYMM(started_at)",
            expires_by="started_at",
        )
    ),
    CreateTable(
        table=Table(
            name="user_actions",
            summary="",
            columns=(
                *_WHOSE,
                _time("at"),
                _text("native_id"),
                _text("login"),
                _word("kind"),
                _word("object_kind"),
                _text("object_id"),
                _text("object_name"),
                _flag("is_success"),
                _text("error"),
                _word("client_type"),
                _text("client_ip"),
                _time("written_at"),
            ),
            key=("tenant", "source", "at", "native_id"),
            version="written_at",
            partition="toYYYYMM(at)",
            expires_by="at",
        )
    ),
    CreateTable(
        table=Table(
            name="raw_alarms",
            summary="",
            columns=(
                *_WHOSE,
                _time("received_at"),
                _text("id"),
                _text("native_id"),
                _word("act"),
                _word("alarm_type"),
                _text("managed_object"),
                _text("qualifier"),
                _word("severity"),
                _text("text"),
                _time("event_at"),
                _word("verdict"),
                Column(name="alarm", type="UInt64"),
                Column(name="raw", type="Map(String, String)"),
                _time("written_at"),
            ),
            key=("tenant", "received_at", "id"),
            version="written_at",
            partition="toYYYYMM(received_at)",
            expires_by="received_at",
            indexes=(
                Index(name="by_alarm", expression="alarm", type="bloom_filter", granularity=4),
            ),
        )
    ),
)

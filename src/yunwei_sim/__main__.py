"""The command `python -m yunwei_sim`: a simulated desktop cloud in one process."""

import argparse
import asyncio
import signal
import sys
from datetime import UTC, datetime

from yunwei_sim.rest.cloud import DEMO_ACCESS_KEY, DEMO_PROJECT_ID, DEMO_SECRET_KEY, Access
from yunwei_sim.serve import Options, Simulation
from yunwei_sim.snmp.notification import Dialect, Version
from yunwei_sim.snmp.reports import Family
from yunwei_sim.snmp.sender import TrapSettings


def parse_target(text: str) -> tuple[str, int]:
    """Return host and port of `HOST:PORT`."""
    host, separator, port = text.rpartition(":")
    if not separator or not port.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is not HOST:PORT")
    return host or "127.0.0.1", int(port)


def parse_time(text: str) -> datetime:
    """Return an aware time; without a zone it is UTC."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not an ISO 8601 time") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = argparse.ArgumentParser(prog="yunwei_sim", description=__doc__)
    world = parser.add_argument_group("world")
    world.add_argument("--desktops", type=int, default=2000)
    world.add_argument("--seed", type=int, default=7)
    world.add_argument("--days", type=int, default=30, help="days of history")
    world.add_argument(
        "--start", type=parse_time, help="the cloud's time at the start; now if absent"
    )
    world.add_argument("--speed", type=float, default=1.0, help="simulated seconds per second")
    world.add_argument("--chaos", action="store_true", help="let faults come and go by themselves")
    face = parser.add_argument_group("REST face")
    face.add_argument("--host", default="127.0.0.1")
    face.add_argument("--port", type=int, default=0, help="0 takes any free one")
    face.add_argument("--control-port", type=int, help="a second port for /sim/")
    face.add_argument(
        "--ak", default=DEMO_ACCESS_KEY, help="access key; default for demos: %(default)s"
    )
    face.add_argument(
        "--sk", default=DEMO_SECRET_KEY, help="secret key; default for demos: %(default)s"
    )
    face.add_argument("--project", default=DEMO_PROJECT_ID, help="default: %(default)s")
    face.add_argument("--rate-limit", type=int, default=200, help="requests/s; 0: no limit")
    face.add_argument(
        "--retry-after", type=int, default=1, help="Retry-After when throttled; 0: no such header"
    )
    traps = parser.add_argument_group("SNMP face")
    traps.add_argument(
        "--trap-target", type=parse_target, action="append", default=[], metavar="HOST:PORT"
    )
    traps.add_argument("--trap-community", default="public")
    traps.add_argument("--trap-version", choices=[each.value for each in Version], default="2c")
    traps.add_argument("--trap-family", choices=[each.value for each in Family], default="A")
    traps.add_argument("--trap-charset", choices=["utf-8", "gbk"], default="utf-8")
    traps.add_argument("--heartbeat", type=int, default=60, help="seconds between heartbeat traps")
    return parser


def read_options(arguments: argparse.Namespace) -> Options:
    """Return what the command line asks for."""
    return Options(
        host=arguments.host,
        port=arguments.port,
        control_port=arguments.control_port,
        desktops=arguments.desktops,
        seed=arguments.seed,
        days=arguments.days,
        start_at=arguments.start,
        speed=arguments.speed,
        chaos=arguments.chaos,
        access=Access(
            access_key=arguments.ak,
            secret_key=arguments.sk,
            project_id=arguments.project,
            requests_per_s=arguments.rate_limit,
            retry_after_s=arguments.retry_after or None,
        ),
        traps=TrapSettings(
            targets=tuple(arguments.trap_target),
            dialect=Dialect(
                version=Version(arguments.trap_version),
                community=arguments.trap_community,
                charset=arguments.trap_charset,
            ),
            family=Family(arguments.trap_family),
            heartbeat_s=arguments.heartbeat,
        ),
    )


async def serve(options: Options) -> None:
    """Serve until SIGTERM or SIGINT."""
    simulation = Simulation(options)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, simulation.stop)
    await simulation.run(lambda: print(f"sim ready: {simulation.url}", flush=True))


def main() -> int:
    """Run the command; return its exit code."""
    options = read_options(build_parser().parse_args())
    try:
        asyncio.run(serve(options))
    except OSError as error:
        print(f"yunwei_sim: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

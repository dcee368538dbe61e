"""The agent's command line.

python -m yunwei_agent enrol --url https://PLATFORM --token-stdin [--name NAME] [--folder D]
python -m yunwei_agent run [--folder D]
python -m yunwei_agent status [--folder D]
"""

import argparse
import asyncio
import gc
import json
import logging
import signal
import sys
import time
from pathlib import Path

from yunwei_agent import VERSION, identity, machine, starting
from yunwei_agent.agent import Agent
from yunwei_agent.identity import NotLetIn, PlatformAway
from yunwei_agent.journal import Journal
from yunwei_agent.releases import Releases
from yunwei_agent.settings import Settings, Unusable, load_settings


def main(words: list[str]) -> int:
    """Exit code 0: done; 1: it failed, and one line says why; 2: it was called wrongly."""
    told = _parser().parse_args(words)
    logging.basicConfig(
        level=told.log_level, format="%(asctime)s %(levelname)-7s %(message)s", stream=sys.stderr
    )
    logging.Formatter.converter = time.gmtime
    for name in ("nats", "asyncio"):  # what they say is said by ours, in other words
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        settings = load_settings(told.folder)
        match told.act:
            case "enrol":
                _enrol(settings, told.url, told.name)
            case "run":
                return _work(settings, words)
            case "status":
                _tell_status(settings)
    except (Unusable, NotLetIn, PlatformAway, OSError) as error:
        print(f"yunwei-agent: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="yunwei-agent")
    parser.add_argument("--version", action="version", version=VERSION)
    parser.add_argument("--log-level", default="INFO")
    acts = parser.add_subparsers(dest="act", required=True)
    for name, summary in (
        ("enrol", "Become an agent of a platform; the token is read from standard input."),
        ("run", "Work until stopped."),
        ("status", "Say who this agent is and what it has to tell."),
    ):
        act = acts.add_parser(name, help=summary)
        act.add_argument("--folder", type=Path)
        if name == "enrol":
            act.add_argument("--url", required=True)
            act.add_argument("--name", default=machine.read_name())
            act.add_argument("--token-stdin", action="store_true", required=True)
    return parser


def _enrol(settings: Settings, url: str, name: str) -> None:
    settings.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    token = sys.stdin.readline().strip()
    who = identity.enrol(
        url, token, name=name, machine=machine.read_machine(), system=machine.read_system()
    )
    identity.save_identity(settings.folder, who)
    print(f"enrolled as {who.agent}")


def _work(settings: Settings, words: list[str]) -> int:
    """Run, or hand over to a newer release; return the exit code."""
    releases = Releases(settings.folder, VERSION, starting.running_release())
    code = starting.hand_over(releases, words)
    if code is not None:
        return code
    return starting.start_again() if asyncio.run(_run(settings, releases)) else 0


async def _run(settings: Settings, releases: Releases) -> bool:
    """Work until stopped; return whether the program is to be started again."""
    who = identity.load_identity(settings.folder, machine.read_machine())
    agent = Agent(settings, who, releases)
    working = asyncio.create_task(agent.run())
    agent.stop = working.cancel
    gc.collect()
    gc.freeze()  # what was loaded stays: it is not looked through again and again
    loop = asyncio.get_running_loop()
    if sys.platform != "win32":
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, working.cancel)
    try:
        await working
    except asyncio.CancelledError:
        logging.getLogger(__name__).info("stopped")
    return agent.starts_again


def _tell_status(settings: Settings) -> None:
    who = identity.load_identity(settings.folder, machine.read_machine())
    journal = Journal(settings.folder)
    try:
        waiting = journal.outbox(limit=10_000, size_bytes=2**30)
        told = {
            "agent": who.agent,
            "public_key": who.public_key,
            "url": who.url,
            "version": VERSION,
            "runs": len(journal.runs()),
            "begun": journal.begun(),
            "events_to_tell": len(waiting),
        }
    finally:
        journal.close()
    print(json.dumps(told, indent=1))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Newer releases of the agent in its folder: taken, tried, kept, or given up.

The program that was installed is never written over. What it was given since lies beside, in
`releases/`; a small file, replaced in one step, says which of them is to be started. A new one is
on trial until it has spoken with the platform; one that does not, or does not even start, is given
up, and the one before it is started again.
"""

import hashlib
import json
import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from yunwei_agent.settings import write_private
from yunwei_wire.errors import WireError
from yunwei_wire.releases import Release, believe_release, check_release, is_newer

logger = logging.getLogger(__name__)

FOLDER = "releases"
FILE = "chosen.json"
_MOST_STARTS = 3
_GIVEN_UP_S = 86_400.0
"""So long a release that was given up is not tried again: it may have been the network."""


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A release that lies in the folder. starts: how often it was started on trial."""

    version: str
    digest: str
    starts: int = 0


@dataclass(frozen=True, kw_only=True)
class Choice:
    """good: what has spoken with the platform, None: what was installed. trial: what has not yet.
    given_up: digest → when, in seconds since 1970."""

    good: Kept | None = None
    trial: Kept | None = None
    given_up: Mapping[str, float] = field(default_factory=dict)


class Releases:
    """The releases of one folder, as the program that runs sees them. version: its own. running:
    the digest of the release that it is, "" for what was installed."""

    def __init__(self, folder: Path, version: str, running: str = "") -> None:
        self._folder = folder / FOLDER
        self._version = version
        self._running = running

    def choose(self, now_s: float) -> Path | None:
        """Return which release is to be started instead of this program, None for itself. A trial
        is counted before it begins, so that one that does not even start ends it."""
        choice = self._load()
        if choice.trial is not None:
            if choice.trial.starts < _MOST_STARTS and self._is_usable(choice.trial):
                tried = replace(choice.trial, starts=choice.trial.starts + 1)
                self._save(replace(choice, trial=tried))
                return self._path(tried.digest)
            logger.warning("release %s is given up: it did not start", choice.trial.version)
            choice = self._give_up(choice, now_s)
        if choice.good is not None and self._is_usable(choice.good):
            return self._path(choice.good.digest)
        return None

    def look_at(self, message: bytes, trusted: Mapping[str, bytes], now_s: float) -> Release | None:
        """Return the release that a message speaks of where it is to be fetched; None where it is
        not newer than what runs, was given up a short time ago, or waits to be started. Raises
        WireError for one that is not to be believed."""
        release = believe_release(message, trusted)
        choice = self._load()
        known = [self._version, *(each.version for each in (choice.good, choice.trial) if each)]
        if not all(is_newer(release.version, each) for each in known):
            return None
        given_up_s = choice.given_up.get(release.digest.hex())
        if given_up_s is not None and now_s < given_up_s + _GIVEN_UP_S:
            return None
        return release

    def take(self, release: Release, data: bytes) -> None:
        """Put a release on trial; it is started with the next start. Raises WireError when these
        are not its bytes; nothing is changed then."""
        check_release(release, data)
        digest = release.digest.hex()
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(self._path(digest), data)
        choice = self._load()
        given_up = {each: at_s for each, at_s in choice.given_up.items() if each != digest}
        trial = Kept(version=release.version, digest=digest)
        self._save(replace(choice, trial=trial, given_up=given_up))

    def is_on_trial(self) -> bool:
        """Say whether the program that runs is the one on trial."""
        trial = self._load().trial
        return trial is not None and trial.digest == self._running

    def note_good(self) -> None:
        """The release on trial has spoken with the platform: it stays, those before it go."""
        choice = self._load()
        if choice.trial is None or choice.trial.digest != self._running:
            return
        self._save(replace(choice, good=replace(choice.trial, starts=0), trial=None))
        logger.info("release %s is good", choice.trial.version)
        self._sweep()

    def note_bad(self, now_s: float) -> None:
        """The release on trial did not come through: the one before it is started again."""
        choice = self._load()
        if choice.trial is not None and choice.trial.digest == self._running:
            logger.warning("release %s is given up: it did not connect", choice.trial.version)
            self._give_up(choice, now_s)

    def _give_up(self, choice: Choice, now_s: float) -> Choice:
        if choice.trial is None:
            return choice
        given_up = {**choice.given_up, choice.trial.digest: now_s}
        settled = replace(choice, trial=None, given_up=given_up)
        self._save(settled)
        self._sweep()
        return settled

    def _is_usable(self, kept: Kept) -> bool:
        """Say whether a release lies there whole, and is newer than the program that asks: one that
        was installed by hand since then comes first."""
        try:
            data = self._path(kept.digest).read_bytes()
            return hashlib.sha256(data).hexdigest() == kept.digest and is_newer(
                kept.version, self._version
            )
        except (OSError, WireError):
            return False

    def _path(self, digest: str) -> Path:
        return self._folder / f"{digest}.pyz"

    def _sweep(self) -> None:
        choice = self._load()
        wanted = {each.digest for each in (choice.good, choice.trial) if each is not None}
        for path in self._folder.glob("*.pyz"):
            if path.stem not in wanted:
                with suppress(OSError):
                    path.unlink()

    def _load(self) -> Choice:
        """Return the choice; a damaged file chooses nothing, and what was installed runs."""
        try:
            told: dict[str, Any] = json.loads((self._folder / FILE).read_text("utf-8"))
            return Choice(
                good=Kept(**told["good"]) if told.get("good") else None,
                trial=Kept(**told["trial"]) if told.get("trial") else None,
                given_up={str(each): float(at_s) for each, at_s in told["given_up"].items()},
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return Choice()

    def _save(self, choice: Choice) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(self._folder / FILE, json.dumps(asdict(choice), indent=1).encode())

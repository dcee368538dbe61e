"""Who this receiver is to senders of SNMP v3 informs, kept in the data folder across its lives.

A receiver without its file gets a new id, which senders ask for anew. One with an old file, put
back from a copy, would count starts that senders have seen already, and be refused by them: the
file is not part of a backup.
"""

import json
import os
import secrets
from pathlib import Path

from yunwei.base.core.errors import Misconfigured
from yunwei.monitor.collect.receive_engines import MAX_BOOTS, OwnEngine

FOLDER = "snmp_engines"
# RFC 3411 5, SnmpEngineID: the first bit says "after RFC 3411", then an enterprise number (0: we
# have none of our own), then 5: octets that the administrator, here chance, has chosen
_HEAD = bytes.fromhex("8000000005")
_OWN_OCTETS = 12


def start_engine(data_dir: Path, port: int, *, now_s: float) -> OwnEngine:
    """Count one more start of the receiver on `port`, durably, and return who it is.

    now_s: of the clock by which its time will be asked. Raises Misconfigured when the file is
    damaged or can not be written.
    """
    path = data_dir / FOLDER / f"{port}.json"
    try:
        engine_id, boots = _read(path)
        if engine_id is None or boots >= MAX_BOOTS - 1:
            engine_id, boots = _HEAD + secrets.token_bytes(_OWN_OCTETS), 0
        _write(path, engine_id, boots + 1)
    except OSError as error:
        raise Misconfigured(f"{path}: {error.strerror}") from error
    return OwnEngine(engine_id=engine_id, boots=boots + 1, started_s=now_s)


def _read(path: Path) -> tuple[bytes | None, int]:
    try:
        stored = json.loads(path.read_text("ascii"))
        return bytes.fromhex(stored["engine_id"]), int(stored["boots"])
    except FileNotFoundError:
        return None, 0
    except (ValueError, KeyError, TypeError) as error:
        raise Misconfigured(f"{path} is damaged; delete it, a new one is made") from error


def _write(path: Path, engine_id: bytes, boots: int) -> None:
    """Replace the file; what is told to senders must be on disk before."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    with draft.open("w", encoding="ascii") as file:
        json.dump({"engine_id": engine_id.hex(), "boots": boots}, file)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)

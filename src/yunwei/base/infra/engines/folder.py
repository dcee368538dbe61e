"""The data folder of one installation: who holds it, what is where in it, who may enter."""

import fcntl
import hashlib
import json
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from yunwei.base.core.errors import Misconfigured
from yunwei.base.infra.engines.process import SystemUser
from yunwei.base.infra.settings import ENGINES_FILE

LOCK_FILE = "run/up.lock"
POSTGRES_USER = "yunwei-postgres"
# sun_path holds 108 bytes on Linux and 104 on macOS; `.s.PGSQL.5432` and its slash take 14.
MAX_SOCKET_FOLDER_BYTES = 88


class FolderLock:
    """Holds a data folder for one process until `release` or the end of the process."""

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / LOCK_FILE
        self._descriptor: int | None = None

    def acquire(self) -> None:
        """Take the folder; raises Misconfigured, naming the holder, when it is taken."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        # A command that only looks (`is_folder_held`) holds it for an instant.
        for pause_s in (0.05, 0.2, 0.5, None):
            if _try_lock(descriptor, fcntl.LOCK_EX):
                break
            if pause_s is None:
                holder = os.read(descriptor, 20).decode("ascii", "replace").strip()
                os.close(descriptor)
                raise Misconfigured(
                    f"{self._path.parent.parent} is in use by a running platform (process"
                    f" {holder}); stop it, or choose another folder with --data-dir"
                )
            time.sleep(pause_s)
        os.truncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode())
        self._descriptor = descriptor

    def release(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def is_folder_held(data_dir: Path) -> bool:
    """Say whether a running platform holds the folder."""
    try:
        descriptor = os.open(data_dir / LOCK_FILE, os.O_RDONLY)
    except (FileNotFoundError, NotADirectoryError):
        return False
    try:
        return not _try_lock(descriptor, fcntl.LOCK_SH)
    finally:
        os.close(descriptor)


def _try_lock(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def write_engines(data_dir: Path, engines: Mapping[str, Any]) -> None:
    """Tell other commands how to reach the embedded engines; readable by the owner only."""
    path = data_dir / ENGINES_FILE
    write_private(path, json.dumps(dict(engines), indent=1))


def read_engines(data_dir: Path) -> dict[str, Any]:
    """Return what `write_engines` told; {} when nothing runs."""
    try:
        return dict(json.loads((data_dir / ENGINES_FILE).read_text("utf-8")))
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return {}


def forget_engines(data_dir: Path) -> None:
    (data_dir / ENGINES_FILE).unlink(missing_ok=True)


def write_private(path: Path, text: str) -> None:
    """Write a file of mode 600 in one step: readers see the old or the new text whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(text, "utf-8")
    draft.replace(path)


def prepare_data_dir(data_dir: Path) -> None:
    """Make the data folder, closed to others; raises Misconfigured when it can not be used.

    As root others may pass through it (not list it), since PostgreSQL runs as its own user.
    """
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        if data_dir.stat().st_uid == os.geteuid():
            data_dir.chmod(0o711 if os.geteuid() == 0 else 0o700)
        (data_dir / "run").mkdir(exist_ok=True)
        (data_dir / "logs").mkdir(exist_ok=True)
        (data_dir / "run/.writable").touch()
    except OSError as error:
        raise Misconfigured(
            f"the data folder {data_dir} can not be written ({error.strerror});"
            " choose another with --data-dir or YUNWEI_DATA_DIR"
        ) from error


def postgres_system_user() -> SystemUser | None:
    """Return the user that PostgreSQL runs as when this process is root, which it refuses.

    None: this process is not root. Makes the user at the first call; raises Misconfigured.
    """
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam(POSTGRES_USER)
    except KeyError:
        entry = _add_system_user(POSTGRES_USER)
    return SystemUser(name=entry.pw_name, uid=entry.pw_uid, gid=entry.pw_gid)


def _add_system_user(name: str) -> pwd.struct_passwd:
    words = ["useradd", "--system", "--no-create-home", "--user-group", "--shell", "/bin/false"]
    try:
        subprocess.run([*words, name], check=True, capture_output=True)
        return pwd.getpwnam(name)
    except (OSError, subprocess.CalledProcessError, KeyError) as error:
        raise Misconfigured(
            f"PostgreSQL does not run as root and the user {name!r} could not be added with"
            " useradd; add it, start as another user, or set YUNWEI_DATABASE_URL"
        ) from error


def give_to(user: SystemUser | None, folder: Path) -> None:
    """Make a folder (and all in it) the user's own, mode 700; raises Misconfigured."""
    folder.mkdir(parents=True, exist_ok=True)
    uid = user.uid if user else os.geteuid()
    owner = folder.stat().st_uid
    if owner != uid and os.geteuid() != 0:
        raise Misconfigured(f"{folder} belongs to user {owner}; start as that user, or chown it")
    if user is not None and owner != uid:
        for path, _, names in os.walk(folder):
            os.chown(path, user.uid, user.gid)
            for name in names:
                os.chown(Path(path) / name, user.uid, user.gid, follow_symlinks=False)
    folder.chmod(0o700)


def open_way_to(path: Path) -> None:
    """Let other users pass (not list) through the folders above `path`. Only root needs it."""
    for folder in path.parents:
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            folder.chmod(mode | stat.S_IXOTH)


def open_program_folder(folder: Path) -> None:
    """Let other users read a folder of programs, where a strict umask kept them out."""
    if (folder / "share").stat().st_mode & stat.S_IROTH:
        return
    for path, _, names in os.walk(folder):
        _let_read(Path(path))
        for name in names:
            _let_read(Path(path) / name)


def _let_read(path: Path) -> None:
    mode = path.lstat().st_mode
    if stat.S_ISLNK(mode):
        return
    can_execute = stat.S_IXOTH if mode & stat.S_IXUSR else 0
    path.chmod(mode | stat.S_IROTH | can_execute)


def make_socket_folder(data_dir: Path, name: str, user: SystemUser | None) -> Path:
    """Make and return a folder for an engine's socket, the user's own and closed to others.

    `run/<name>` of the data folder where the path is short enough for a socket, else a folder
    of ours under the system's temporary folder, named after the data folder.
    """
    folder = data_dir / "run" / name
    if len(os.fsencode(folder)) > MAX_SOCKET_FOLDER_BYTES:
        digest = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:16]
        parent = _temporary_folder() / f"yunwei-{os.geteuid()}-{digest}"
        parent.mkdir(mode=0o711, exist_ok=True)
        # Anybody can make folders there: one that is not ours is a trap.
        if parent.is_symlink() or parent.stat().st_uid != os.geteuid():
            raise Misconfigured(f"{parent} was made by somebody else; delete it")
        folder = parent / name
    give_to(user, folder)
    return folder


def _temporary_folder() -> Path:
    folder = Path(tempfile.gettempdir())
    is_short = len(os.fsencode(folder)) <= MAX_SOCKET_FOLDER_BYTES - 48
    return folder if is_short else Path("/tmp")  # noqa: S108  guarded by the caller


def remove_tree(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)

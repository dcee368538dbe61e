"""Encrypts credentials at rest. The key lives outside the database and is never logged."""

import os
from pathlib import Path

import msgspec
from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from yunwei.base.core.errors import Misconfigured
from yunwei.base.infra.settings import Settings

KEY_FILE = "secret.key"


class SecretBox:
    """Encrypts and decrypts small maps of secrets with the installation's key.

    keys: Fernet keys; the first encrypts, all decrypt, so that a key can be replaced.
    """

    def __init__(self, keys: tuple[str, ...]) -> None:
        try:
            self._fernet = MultiFernet([Fernet(key) for key in keys])
        except ValueError as error:
            raise Misconfigured(
                "the secret key is not a Fernet key (32 url-safe base64-encoded bytes)"
            ) from error

    def __repr__(self) -> str:
        return "SecretBox(…)"

    def seal(self, secrets: dict[str, str]) -> bytes:
        """Return the encrypted form of a map of secrets."""
        return self._fernet.encrypt(msgspec.json.encode(secrets))

    def open(self, sealed: bytes) -> dict[str, str]:
        """Return the map; raises Misconfigured when the key is not the one it was sealed with."""
        if not sealed:
            return {}
        try:
            return msgspec.json.decode(self._fernet.decrypt(bytes(sealed)), type=dict[str, str])
        except InvalidToken as error:
            raise Misconfigured("a stored secret was sealed with another secret key") from error


def open_secret_box(settings: Settings) -> SecretBox:
    """Return the installation's box; makes the key file (mode 600) at the first call."""
    return SecretBox(tuple(read_secret_key(settings).split(",")))


def read_secret_key(settings: Settings) -> str:
    """Return the installation's key text; two processes that start together agree on one."""
    if settings.secret_key:
        return settings.secret_key
    path: Path = settings.data_dir / KEY_FILE
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(f".{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(Fernet.generate_key().decode(), "ascii")
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text("ascii").strip()

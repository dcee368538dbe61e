"""Signs short texts that leave the platform and come back, such as links, with the installation's
key. What is signed can be read by whoever has it; it can not be changed or made up."""

import base64
import binascii
import hashlib
import hmac

from yunwei.base.core.errors import Invalid
from yunwei.base.infra.secrets import read_secret_key
from yunwei.base.infra.settings import Settings

_MAC_BYTES = 16


class Signer:
    """keys: the first signs, all are believed, so that a key can be replaced. purpose: what is
    signed for one is worth nothing for another."""

    def __init__(self, keys: tuple[str, ...], purpose: str) -> None:
        self._keys = tuple(
            hmac.digest(key.encode(), f"yunwei {purpose}".encode(), "sha256") for key in keys
        )

    def __repr__(self) -> str:
        return "Signer(…)"

    def sign(self, payload: bytes) -> str:
        """Return payload and signature as one text that fits into an address."""
        signed = payload + self._mac(self._keys[0], payload)
        return base64.urlsafe_b64encode(signed).decode("ascii").rstrip("=")

    def read(self, text: str) -> bytes:
        """Return the payload; raises Invalid when it was not signed with one of the keys."""
        try:
            signed = base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
        except (binascii.Error, UnicodeEncodeError) as error:
            raise Invalid("token", "this was not signed here") from error
        payload, mac = signed[:-_MAC_BYTES], signed[-_MAC_BYTES:]
        known = (hmac.compare_digest(mac, self._mac(key, payload)) for key in self._keys)
        if not payload or not any([*known]):
            raise Invalid("token", "this was not signed here")
        return payload

    def _mac(self, key: bytes, payload: bytes) -> bytes:
        return hmac.new(key, payload, hashlib.sha256).digest()[:_MAC_BYTES]


def open_signer(settings: Settings, purpose: str) -> Signer:
    """Return the installation's signer for one purpose."""
    return Signer(tuple(read_secret_key(settings).split(",")), purpose)

"""All of an acceptance in one ZIP file, with a manifest by which it is verified without us."""

import io
import zipfile
from collections.abc import Iterable

import msgspec

from yunwei.operate.service.facts.acceptances import AcceptanceFile, WholeAcceptance
from yunwei.operate.service.rules.seals import sha256_of_bytes

_FIRST_YEAR = 1980


def make_package(whole: WholeAcceptance, files: Iterable[tuple[AcceptanceFile, bytes]]) -> bytes:
    """Return a ZIP of all files, `manifest.json` with seals and signatures, and `SHA256SUMS`, which
    `sha256sum -c` reads. The same acceptance gives the same bytes."""
    known = whole.acceptance
    at = known.judged_at or known.asked_at
    stamp = max(at.year, _FIRST_YEAR), at.month, at.day, at.hour, at.minute, at.second
    held = {each.name: data for each, data in files}
    held["manifest.json"] = _manifest(whole, held)
    sums = "".join(f"{sha256_of_bytes(data)}  {name}\n" for name, data in held.items())
    held["SHA256SUMS"] = sums.encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in held.items():
            package.writestr(zipfile.ZipInfo(name, stamp), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _manifest(whole: WholeAcceptance, held: dict[str, bytes]) -> bytes:
    known = whole.acceptance
    told = {
        "acceptance": f"{whole.data.case}-{known.number}",
        "customer": whole.data.customer,
        "provider": whole.data.provider,
        "state": known.state.value,
        "asked_at": known.asked_at,
        "data_sha256": known.data_sha256,
        "seal": known.seal,
        "signed_seal": known.signed_seal,
        "signatures": msgspec.to_builtins(whole.signatures),
        "files": [
            {"name": name, "size_bytes": len(data), "sha256": sha256_of_bytes(data)}
            for name, data in held.items()
        ],
        "how": "seal = SHA-256 of the canonical JSON (keys in order, no spaces) of "
        '{"data": data_sha256, "files": {name: sha256 of each file of version 1}}',
    }
    return msgspec.json.format(msgspec.json.encode(told, order="sorted"), indent=2)

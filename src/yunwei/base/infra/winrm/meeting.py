"""Whom one talks to over WinRM: the certificate that a machine shows is signed by an authority that
is named, or is the very one that is known. Nothing is signed in to before that."""

import asyncio
import base64
import contextlib
import hashlib
import ssl
from dataclasses import dataclass, field

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from yunwei.base.core.errors import Invalid, MachineUnreached
from yunwei.base.core.far import Offer

_KIND = "x509"
_PEM = "-----BEGIN CERTIFICATE-----"


@dataclass(frozen=True, kw_only=True)
class Windows:
    """A machine, as whom it is signed in to, and whose word is believed. name: its certificate has
    to say it, or the address, where an authority signed it. key: its certificate, in the form of
    `read_certificate`; authority: certificates of who signs others, as PEM; takes_first: a machine
    of which no certificate is known is believed. is_basic: the password itself is sent, inside TLS;
    else Negotiate, which here means NTLM."""

    host: str
    port: int
    name: str
    user: str
    password: str = field(default="", repr=False)
    is_basic: bool = False
    key: str = ""
    authority: str = ""
    takes_first: bool = False


def is_certificate(text: str) -> bool:
    return _PEM in text


def read_certificate(text: str, *, field: str) -> tuple[str, str]:
    """Return a certificate in its one form, and its fingerprint. text: PEM. Raises Invalid."""
    try:
        found = x509.load_pem_x509_certificate(text.strip().encode("ascii"))
    except (ValueError, UnicodeError) as error:
        raise Invalid(field, "this is no certificate in the form of PEM") from error
    return _text_of(found.public_bytes(Encoding.DER))


def read_authorities(text: str, *, field: str) -> str:
    """Return the certificates of authorities in their one form; raises Invalid."""
    try:
        found = x509.load_pem_x509_certificates(text.strip().encode("ascii"))
    except (ValueError, UnicodeError) as error:
        raise Invalid(field, "this is no certificate in the form of PEM") from error
    return "".join(each.public_bytes(Encoding.PEM).decode("ascii") for each in found)


async def meet(machine: Windows, offer: Offer, *, timeout_s: float) -> str:
    """Return the fingerprint of the certificate by which a machine is believed, as hexadecimal
    digits; it has proved that the key is its own. offer: becomes what it shows, where it is not an
    authority that vouches for it. Raises MachineUnreached."""
    try:
        async with asyncio.timeout(timeout_s):
            signed = await _signed_certificate(machine) if machine.authority else None
            if signed is not None:
                return _digest(signed)
            shown = await _shown_certificate(machine, ssl.CERT_NONE)
    except TimeoutError as error:
        raise MachineUnreached("winrm_unreachable", "no answer in time") from error
    except OSError as error:  # that of TLS is one of these
        raise MachineUnreached("winrm_unreachable", str(error)[:300]) from error
    offer.key, offer.fingerprint = _text_of(shown)
    if machine.key:
        if machine.key != offer.key:
            raise MachineUnreached("winrm_certificate_changed", offer.fingerprint)
    elif not machine.takes_first:
        raise MachineUnreached("winrm_certificate_unknown", offer.fingerprint)
    return _digest(shown)


async def _signed_certificate(machine: Windows) -> bytes | None:
    """Return a machine's certificate, where the authority signed it and it is this machine's."""
    with contextlib.suppress(ssl.SSLCertVerificationError):
        found = await _shown_certificate(machine, ssl.CERT_REQUIRED)
        if _is_of(found, machine):
            return found
    return None


async def _shown_certificate(machine: Windows, verify: ssl.VerifyMode) -> bytes:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.check_hostname = False  # desktops are reached by address; see `_is_of`
    context.verify_mode = verify
    if verify is ssl.CERT_REQUIRED:
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        context.load_verify_locations(cadata=machine.authority)
    _reader, writer = await asyncio.open_connection(machine.host, machine.port, ssl=context)
    try:
        found = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
    if not found:
        raise OSError("it shows no certificate")
    return bytes(found)


def _is_of(certificate: bytes, machine: Windows) -> bool:
    """Say whether a certificate names this machine: by name, alone or with a domain, or address."""
    wanted = {machine.name.lower(), machine.host.lower()} - {""}
    named = {each.lower() for each in _names_of(x509.load_der_x509_certificate(certificate))}
    return bool(wanted & (named | {each.partition(".")[0] for each in named if _is_name(each)}))


def _is_name(text: str) -> bool:
    return not text.replace(".", "").isdigit() and ":" not in text


def _names_of(certificate: x509.Certificate) -> list[str]:
    try:
        told = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return [
            str(each.value)
            for each in certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        ]
    addresses = told.get_values_for_type(x509.IPAddress)
    return [*told.get_values_for_type(x509.DNSName), *map(str, addresses)]


def _digest(certificate: bytes) -> str:
    return hashlib.sha256(certificate).hexdigest()


def _text_of(certificate: bytes) -> tuple[str, str]:
    text = base64.b64encode(certificate).decode("ascii")
    return f"{_KIND} {text}", f"SHA256:{_digest(certificate).upper()}"

"""Certificates that tests make, signed by one another or by themselves."""

import base64
import contextlib
import ipaddress
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """A certificate with its key, both as PEM."""

    pem: str
    key: str

    @property
    def text(self) -> str:
        der = ssl.PEM_cert_to_DER_cert(self.pem)
        return f"x509 {base64.b64encode(der).decode()}"


def make_certificate(
    *names: str, by: Certificate | None = None, is_authority: bool = False
) -> Certificate:
    """names: that it says, as alternative names, the first as its subject; addresses are told from
    names. by: who signs it, itself if nobody does."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    now = datetime.now(UTC)
    signer = serialization.load_pem_private_key(by.key.encode(), None) if by else key
    issuer = x509.load_pem_x509_certificate(by.pem.encode()).subject if by else subject
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=365))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([_said(each) for each in names]), False)
    )
    made = builder.sign(signer, hashes.SHA256())  # type: ignore[arg-type]
    plain = serialization.NoEncryption()
    form = serialization.PrivateFormat.PKCS8
    return Certificate(
        pem=made.public_bytes(serialization.Encoding.PEM).decode(),
        key=key.private_bytes(serialization.Encoding.PEM, form, plain).decode(),
    )


def _said(name: str) -> x509.GeneralName:
    with contextlib.suppress(ValueError):
        return x509.IPAddress(ipaddress.ip_address(name))
    return x509.DNSName(name)

"""Certificates of an installation: for how long, for which name, and whether the chain ends at the authority that was looked up."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509.oid import NameOID

from deploy.compose.refusals import Fault
from services.issuance.adapters.demo_ca import DEMO_MARK
from shared.clock import now

FEWEST_DAYS: Final = 30  # an office needs weeks for a new one
FINGERPRINT_LETTERS: Final = 64  # SHA-256 in hexadecimal


def read(text: str) -> Sequence[x509.Certificate]:
    """Return the certificates of a PEM file; none where it is none."""
    try:
        return x509.load_pem_x509_certificates(text.encode())
    except ValueError:
        return ()


def certificate_fault(text: str, fewest_days: int = 0) -> Fault | None:
    """Look at the first certificate: is it one, nobody's demo, valid now and for some days."""
    found = read(text)
    if not found:
        return Fault("no_certificate")
    if is_demo(text):
        return Fault("demo_certificate")
    ends = found[0].not_valid_after_utc
    if ends < now():
        return Fault("certificate_expired", f"{ends:%d-%m-%Y}")
    if found[0].not_valid_before_utc > now():
        return Fault("certificate_not_yet", f"{found[0].not_valid_before_utc:%d-%m-%Y}")
    return Fault("certificate_expiring", f"{ends:%d-%m-%Y}") if ends < now() + timedelta(days=fewest_days) else None


def is_demo(text: str) -> bool:
    """Whether one of the certificates is the demo's."""
    return any(DEMO_MARK in name.rfc4514_string() for each in read(text) for name in (each.subject, each.issuer))


def key_fault(certificate: str, key: str) -> Fault | None:
    """Look whether a key is the certificate's."""
    private = load_pem_private_key(key.encode(), password=None)
    return None if read(certificate)[0].public_key() == private.public_key() else Fault("key_of_another")


def name_fault(certificate: str, host: str) -> Fault | None:
    """Look whether a certificate is for a host."""
    try:
        names = read(certificate)[0].extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return Fault("certificate_other_name", host)
    known = names.value.get_values_for_type(x509.DNSName)
    wild = "*." + host.partition(".")[2]
    return None if {host, wild} & set(known) else Fault("certificate_other_name", host)


def chain_fault(certificate: str, authorities: str) -> Fault | None:
    """Look whether each certificate is signed by the next one above, up to one that signed itself."""
    above = {each.subject: each for each in read(authorities)}
    here = read(certificate)[0]
    for _ in range(len(above) + 1):
        issuer = above.get(here.issuer)
        if issuer is None:
            return Fault("root_missing") if here in above.values() else Fault("chain_broken", here.subject.rfc4514_string())
        try:
            here.verify_directly_issued_by(issuer)
        except (InvalidSignature, ValueError, TypeError):
            return Fault("chain_broken", here.subject.rfc4514_string())
        if issuer == here:
            return None
        here = issuer
    return Fault("root_missing")


def fingerprint_fault(authorities: str, told: str) -> Fault | None:
    """Compare the root's fingerprint with the one that somebody read at the authority's own page."""
    return None if bare(told) == _root(authorities) else Fault("fingerprint_differs", _root(authorities))


def is_genuine(folder: Path, authority: str) -> bool:
    """Whether the signer's chain ends at the authority whose fingerprint was told; the demo's never does."""
    certificate, above = ((folder / name).read_text(errors="replace") for name in ("signer.pem", "ca.pem"))
    if not authority or not read(certificate) or is_demo(certificate + above):
        return False
    return chain_fault(certificate, above) is None and fingerprint_fault(above, authority) is None


def named(text: str) -> str:
    """Return whom a certificate is for, by its common name."""
    names = read(text)[0].subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return " ".join(str(names[0].value).split()) if names else ""


def bare(fingerprint: str) -> str:
    """Return a fingerprint without what people put between its digits."""
    return "".join(each for each in fingerprint.lower() if each not in ": \n\t")


def _root(authorities: str) -> str:
    roots = [each for each in read(authorities) if each.subject == each.issuer]
    return roots[-1].fingerprint(hashes.SHA256()).hex() if roots else ""

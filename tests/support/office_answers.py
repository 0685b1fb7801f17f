"""What an office would give of itself, made up: keys that are nobody's demo, a signer with its authority, a certificate for its address."""

import json
from base64 import b64encode
from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from shared.clock import now

APP_SECRET = "9f3b1c5d7e2a4f6081b2c3d4e5f60718"
TOKEN = "EAAGm0PX4ZCpsBAKZCx1dZBTqk8ZAwZDZD"
HOST = "pakdeon.madiunkab.go.id"
YEAR = timedelta(days=365)
ADDRESSED = ("intake/public_url", "issuance/public_url", "notifier/public_url", "verification/desk_url")
NUMBERED = ("intake/whatsapp_number", "issuance/whatsapp_number", "notifier/whatsapp_number")


def webhook_key(filling: str) -> str:
    return "whsec_" + b64encode(f"{filling} the quick brown fox jumps".encode()).decode()


@cache
def private_key(name: str) -> rsa.RSAPrivateKey:
    """A key for each name, made once."""
    assert name
    return rsa.generate_private_key(65537, 2048)


def key_pem(name: str) -> str:
    return (
        private_key(name)
        .private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        .decode()
    )


@cache
def certificate(subject: str, issuer: str, life: timedelta = YEAR, *, host: str = "", begins: timedelta = timedelta(days=-800)) -> str:
    """A certificate of `subject`, signed by the key of `issuer`."""
    subject_name, issuer_name = (x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)]) for text in (subject, issuer))
    made = (
        x509.CertificateBuilder()
        .subject_name(subject_name)
        .issuer_name(issuer_name)
        .public_key(private_key(subject).public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now() + begins)
        .not_valid_after(now() + life)
    )
    if host:
        made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
    return made.sign(private_key(issuer), hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


def fingerprint(pem: str) -> str:
    return x509.load_pem_x509_certificate(pem.encode()).fingerprint(hashes.SHA256()).hex(":").upper()


def authority_files(life: timedelta = YEAR) -> dict[str, str]:
    """A signer and its authority, as they lie in the state."""
    root = certificate("OSD G2", "OSD G2")
    return {
        "issuance/signer/signer.pem": certificate("Kepala Dinas", "OSD G2", life),
        "issuance/signer/signer-key.pem": key_pem("Kepala Dinas"),
        "issuance/signer/ca.pem": root,
        "authority_sha256": fingerprint(root),
    }


def answers(folder: Path) -> dict[str, str]:
    """Answers to every question; the files that they name are written beside."""
    signer = authority_files()
    texts = {
        "pejabat.pem": signer["issuance/signer/signer.pem"],
        "pejabat-kunci.pem": signer["issuance/signer/signer-key.pem"],
        "psre.pem": signer["issuance/signer/ca.pem"],
        "tls.pem": certificate("tls", "OSD G2", host=HOST),
        "tls-kunci.pem": key_pem("tls"),
    }
    for name, text in texts.items():
        (folder / name).write_text(text)
    return {
        "public_url": f"https://{HOST}",
        "check_base_url": "https://cek.madiunkab.go.id",
        "whatsapp_number": "6281234567890",
        "whatsapp_phone_number_id": "123456789012345",
        "whatsapp_access_token": TOKEN,
        "whatsapp_app_secret": APP_SECRET,
        "whatsapp_verify_token": "tDx3kQ8mVz5nRw2c-office",
        "office_address": "Jalan Contoh Nomor 1, Caruban",
        "office_phone": "(0351) 000-1234",
        "court_secrets": f'{{"PA.Kab.Mn": ["{webhook_key("theirs")}"]}}',
        "court_endpoints": f'[{{"court": "PA.Kab.Mn", "url": "https://eac.pa-kabmadiun.go.id/c", "secret": "{webhook_key("ours")}"}}]',
        "signer_certificate": "pejabat.pem",
        "signer_key": "pejabat-kunci.pem",
        "signer_authorities": "psre.pem",
        "authority_sha256": signer["authority_sha256"],
        "officer_nip": "197001011995031001",
        "tls": "berkas",
        "tls_certificate": "tls.pem",
        "tls_key": "tls-kunci.pem",
        "alarm_mail_to": "kepala@madiunkab.go.id, tik@madiunkab.go.id",
        "alarm_mail_from": "alarm@madiunkab.go.id",
        "alarm_smtp": "surel.madiunkab.go.id:587",
        "alarm_smtp_user": "alarm@madiunkab.go.id",
        "alarm_smtp_password": "kata sandi surel",
    }


def write_answers(folder: Path, changes: Mapping[str, str | None] | None = None) -> Path:
    """Write the file of answers, with some of it changed; None leaves one out."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = {**answers(folder), **(changes or {})}
    file = folder / "jawaban.toml"
    file.write_text("".join(f"{name} = '''{text}'''\n" for name, text in rows.items() if text is not None))
    return file


def office_files(authority: Mapping[str, str]) -> dict[str, str]:
    """What an office fills into the state, whole."""
    endpoint = {"court": "PA.Kab.Mn", "url": "https://eac.pa-kabmadiun.go.id/callbacks", "secret": webhook_key("ours")}
    return {
        **authority,
        "intake/whatsapp_app_secret": APP_SECRET,
        "intake/whatsapp_verify_token": "tDx3kQ8mVz5nRw2c-office",
        "intake/whatsapp_access_token": TOKEN,
        "intake/whatsapp_phone_number_id": "123456789012345",
        "intake/office_address": "Jalan Contoh Nomor 1, Caruban",
        "issuance/office_address": "Jalan Contoh Nomor 1, Caruban",
        "intake/office_phone": "(0351) 000-1234",
        "intake/court_secrets": json.dumps({"PA.Kab.Mn": [webhook_key("theirs")]}),
        "notifier/whatsapp_access_token": f"{TOKEN}\n",  # as an editor leaves it
        "notifier/whatsapp_phone_number_id": "123456789012345",
        "notifier/court_endpoints": json.dumps([endpoint]),
        **dict.fromkeys(ADDRESSED, f"https://{HOST}"),
        **dict.fromkeys(NUMBERED, "6281234567890"),
        "issuance/check_base_url": "https://cek.madiunkab.go.id\n",
    }

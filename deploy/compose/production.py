"""What production needs from the office, Meta, the court and the certificate authority, and what of that can't be right."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from deploy.compose import certificates
from deploy.compose.judges import JUDGES, Judge, not_demo
from deploy.compose.questions import questions
from deploy.compose.refusals import Fault, Refusal
from deploy.keys import write_secret
from services.intake.settings import Settings as Intake
from services.issuance.settings import Settings as Issuance
from services.notifier.settings import Settings as Notifier
from services.verification.settings import Settings as Verification
from shared.settings import ServiceSettings

SETTINGS: Final[Mapping[str, type[ServiceSettings]]] = {
    "intake": Intake,
    "verification": Verification,
    "issuance": Issuance,
    "notifier": Notifier,
}
SIGNER: Final = "issuance/signer"
GENUINE: Final = "issuance/signer_genuine"
OFFICER: Final = "issuance/officer_name"
EXPIRED: Final = "certificate_expired"
UNREADABLE: Final = ("missing", "no_certificate", "no_private_key", "key_of_another")
AUTHORITY: Final = "authority_sha256"
CHECK_ADDRESS: Final = "issuance/check_base_url"
DEMO: Final = "demo"
VARIABLES: Final = {"PUBLIC_URL": "public_url", "WHATSAPP_NUMBER": "whatsapp_number", "CHECK_BASE_URL": "check_base_url"}
"""What may be said by a variable, too: it is kept in the state, where the services read it."""

IN_ENV: Final = ("DESK_HOST", "FRONT_DOOR_TLS")
"""What compose hands on empty where its `.env` is not there, as after a state was brought back alone: the front door would answer as
`localhost`, by an authority of its own. Where nobody hands them on there is a front door of another kind."""

OPTIONAL: Final[Mapping[str, tuple[str, Judge]]] = {
    "notifier/social_accounts": (
        "JSON akun kantor di media sosial; deploy/README.md menyebut hak tiap token.",
        JUDGES["social_accounts"],
    ),
    "notifier/graph_app_secret": ("Konsol Meta, App settings, Basic: App secret aplikasi yang memiliki akun itu.", JUDGES["key"]),
    "notifier/graph_verify_token": ("Teks acak buatan sendiri; yang sama diisi dalam konsol Meta, Webhooks, Verify token.", JUDGES["key"]),
    "intake/whatsapp_url": ("Alamat Meta sendiri sudah menjadi bawaan.", not_demo),
    "intake/whatsapp_media_hosts": ("Alamat Meta sendiri sudah menjadi bawaan.", not_demo),
    "notifier/whatsapp_url": ("Alamat Meta sendiri sudah menjadi bawaan.", not_demo),
    "notifier/graph_url": ("Alamat Meta sendiri sudah menjadi bawaan.", not_demo),
    "notifier/post_pictures_url": ("Alamat publik sendiri sudah menjadi bawaan.", not_demo),
}
"""What an office may do without: the file, where it comes from, what may be wrong with it where it is there."""


def problems(folder: Path) -> Iterator[Refusal]:
    """Yield what is still missing and what can't be right, each with what to do."""
    found = [*_asked(folder), *_optional(folder)]
    if (folder / DEMO).exists():
        found.append(Fault("demo_left_over").of(DEMO))
    if DEMO in os.environ.get("COMPOSE_PROFILES", "").split(","):
        found.append(Fault("demo_in_production").of("COMPOSE_PROFILES"))
    found += [Fault("variable_missing").of(name) for name in IN_ENV if os.environ.get(name) == ""]
    yield from found
    if all(can_wait(folder, each) for each in found):  # else the same would be said twice
        yield from _together(folder, is_readable=all(each.code == EXPIRED for each in found))
        yield from _settings_problems(folder)


def can_wait(folder: Path, problem: Refusal) -> bool:
    """Whether an office that ran before starts all the same (ADR 67): what needs no signature works, and nothing is signed wrongly."""
    if not (folder / GENUINE).exists():  # written once nothing was wrong
        return False
    if problem.about.startswith(f"{SIGNER}/"):
        return problem.code in (EXPIRED, *UNREADABLE)
    return problem.about.startswith("front-door/") and problem.code == EXPIRED


def keep_variables(folder: Path) -> Iterator[Refusal]:
    """Keep what variables say in the state; yield what of it is not taken."""
    for variable, name in VARIABLES.items():
        text, question = os.environ.get(variable, ""), questions()[name]
        if not text:
            continue
        kept = {_read(folder / file) for file in question.files} - {""}
        if fault := question.fault(text):
            yield fault.of(variable)
        elif folder / CHECK_ADDRESS in (folder / file for file in question.files) and kept - {text}:
            yield Fault("address_is_printed").of(variable)
        else:
            for file in question.files:
                write_secret(folder / file, text)


def spread_answers(folder: Path) -> None:
    """Put an answer into every file that keeps it: what an earlier version asked for has fewer."""
    for question in questions().values():
        known = next(filter(None, (_read(folder / file) for file in question.files)), "")
        for file in question.files if known else ():
            if not (folder / file).exists():
                write_secret(folder / file, known)


def write_genuine(folder: Path) -> None:
    """Say whether documents are signed by an authority's certificate, and by whom: it follows from the certificate, and nobody says it."""
    signer = folder / SIGNER
    whole = all((signer / name).is_file() for name in ("signer.pem", "ca.pem"))
    genuine = whole and certificates.is_genuine(signer, _read(folder / AUTHORITY))
    write_secret(folder / GENUINE, "true" if genuine else "false")
    if genuine:
        write_secret(folder / OFFICER, certificates.named(_read(signer / "signer.pem")))


def _asked(folder: Path) -> Iterator[Refusal]:
    for question in questions().values():
        for file in question.files:
            text = _read(folder / file)
            if question.when and not text:
                continue
            if fault := question.fault(text):
                yield Refusal(file, fault, question.where)
    if _read(folder / GENUINE).lower() == "true" and not _read(folder / AUTHORITY):  # as people said it before it followed from the chain
        yield Refusal(AUTHORITY, Fault("missing"), questions()[AUTHORITY].where)


def _optional(folder: Path) -> Iterator[Refusal]:
    for name, (where, judge) in OPTIONAL.items():
        if (folder / name).is_file() and (fault := judge(_read(folder / name))):
            yield Refusal(name, fault, where)


def _together(folder: Path, *, is_readable: bool) -> Iterator[Refusal]:
    """What only shows when two files are looked at. `is_readable`: those of the signer are."""
    if is_readable:
        yield from _signer_together(folder)
    door = {name: _read(folder / "front-door" / name) for name in ("cert.pem", "key.pem")}
    if all(door.values()) and (fault := certificates.key_fault(door["cert.pem"], door["key.pem"])):
        yield fault.of("front-door/key.pem")


def _signer_together(folder: Path) -> Iterator[Refusal]:
    signer = {name: _read(folder / SIGNER / name) for name in ("signer.pem", "signer-key.pem", "ca.pem")}
    if fault := certificates.key_fault(signer["signer.pem"], signer["signer-key.pem"]):
        yield fault.of(f"{SIGNER}/signer-key.pem")
    if fault := certificates.chain_fault(signer["signer.pem"], signer["ca.pem"]):
        yield fault.of(f"{SIGNER}/ca.pem")
    told = _read(folder / AUTHORITY)
    if told and (fault := certificates.fingerprint_fault(signer["ca.pem"], told)):
        yield fault.of(AUTHORITY)


def _settings_problems(folder: Path) -> Iterator[Refusal]:
    """What the services themselves would refuse at their start."""
    for name, kind in SETTINGS.items():
        more = {"signer_dir": folder / SIGNER} if name == "issuance" else {}
        with _environment(SECRETS_DIR=str(folder / name)):
            try:
                kind(**more)  # type: ignore[arg-type]  # issuance alone has it
            except ValidationError as error:
                for item in error.errors(include_input=False, include_url=False):
                    yield Fault("setting_refused", item["msg"]).of(f"{name}/{'.'.join(map(str, item['loc']))}")


def _read(file: Path) -> str:
    return file.read_text(errors="replace").strip() if file.is_file() else ""


@contextmanager
def _environment(**only: str) -> Iterator[None]:
    """The environment of a service, in which our own variables mean nothing."""
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(only)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)

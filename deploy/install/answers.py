"""Where answers come from: a person at a terminal, or a TOML file."""

import getpass
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from errno import EACCES, EISDIR, ENOENT
from pathlib import Path
from secrets import token_urlsafe
from typing import Final

from deploy.compose.certificates import FEWEST_DAYS, certificate_fault, chain_fault, fingerprint_fault, key_fault, name_fault
from deploy.compose.questions import FILE, Question, questions
from deploy.compose.refusals import Fault, Refusal
from deploy.keys import KEY_BYTES

_KEY_OF: Final = {"signer_key": "signer_certificate", "tls_key": "tls_certificate"}


class AnswersError(Exception):
    """What can't be read as answers at all, each a refusal."""

    def __init__(self, *refusals: Refusal) -> None:
        super().__init__("; ".join(map(str, refusals)))
        self.refusals = refusals


def from_file(file: Path, before: Mapping[str, str]) -> Mapping[str, str]:
    """Read the answers of a TOML file; names of files are taken as they stand beside it. What it leaves out stays as it was before.

    Raises:
        AnswersError: it is not there, no TOML, or answers what nobody asks.
    """
    try:
        rows = tomllib.loads(file.read_text())
    except OSError as error:
        raise AnswersError(_unread(error, file.name).of(str(file))) from None
    except ValueError as error:
        raise AnswersError(Fault("no_toml", str(error)).of(str(file))) from None
    if unknown := sorted(set(rows) - set(questions())):
        raise AnswersError(*(Fault("not_asked").of(name) for name in unknown))
    given: dict[str, str] = {}
    refused = []
    for question in questions().values():
        if not question.applies(given):
            continue
        try:
            given[question.name] = _taken(question, str(rows.get(question.name, "")), {**before, **given}, file.parent)
        except OSError as error:
            refused.append(_unread(error, str(rows.get(question.name, ""))).of(question.name))
            given[question.name] = ""
    if refused:
        raise AnswersError(*refused)
    return given


def from_person(folder: Path, before: Mapping[str, str], well: Mapping[str, str] | None = None) -> Mapping[str, str]:
    """Ask at the terminal all but what is well already, each until it can be right. Nothing said: it stays as it was before."""
    given = dict(well or {})
    for question in questions().values():
        while question.applies(given) and question.name not in given:
            stays = "  Enter: tetap seperti sekarang.\n" if before[question.name] else ""
            sys.stdout.write(f"\n{question.ask}\n  {question.where}\n{stays}")
            said = (getpass.getpass("> ") if question.secret and question.of != FILE else input("> ")).strip()
            try:
                text = _taken(question, said, {**before, **given}, folder)
                refused = list(alone(question, text, given, before))
            except OSError as error:
                refused = [_unread(error, said).of(question.name)]
            sys.stdout.writelines(f"  Belum bisa: {each}\n" for each in refused)
            if not refused:
                given[question.name] = text
    return given


def again(folder: Path, before: Mapping[str, str], said: Mapping[str, str], found: Sequence[Refusal]) -> Mapping[str, str]:
    """Ask what was refused once more, and what follows from it; wait, where it is no answer that is wrong, but this host."""
    refused = {each.about for each in found} & said.keys()
    if not refused:
        input("  Perbaiki itu, lalu Enter: diperiksa lagi. Ctrl-C: berhenti tanpa menulis.\n> ")
        return said
    sys.stdout.write("\n  Yang lain sudah diterima. Jawab lagi yang ditolak; Ctrl-C: berhenti tanpa menulis.\n")
    followed = {name for name in said if questions()[name].same_as in refused and not before[name]}
    known = {**before, **{name: text for name, text in said.items() if name not in followed}}
    return from_person(folder, known, {name: text for name, text in said.items() if name not in refused | followed})


def refusals(given: Mapping[str, str], before: Mapping[str, str]) -> Iterator[Refusal]:
    """Yield what is not taken of answers, by looking at them alone and together."""
    for name, text in given.items():
        yield from alone(questions()[name], text, given, before)


def alone(question: Question, text: str, given: Mapping[str, str], before: Mapping[str, str]) -> Iterator[Refusal]:
    """Look at one answer beside those that were given with it.

    A certificate that stays may end soon, or have ended: a token can be changed before there is a new one.
    """
    fault = question.fault(text)
    if fault is not None and fault.code == "certificate_expired" and text == before[question.name]:
        return
    if fault is None and question.judge == "certificate" and question.name != "signer_authorities":
        fault = certificate_fault(text, 0 if text == before[question.name] else FEWEST_DAYS)
    if fault is None and text:
        fault = _beside(question.name, text, given)
    if fault:
        yield Refusal(question.name, fault, question.where)


def _beside(name: str, text: str, given: Mapping[str, str]) -> Fault | None:
    """Look at what only shows beside another answer, where that one can be read."""
    before = {key: given.get(key, "") for key in questions()}
    if name in _KEY_OF:
        return key_fault(before[_KEY_OF[name]], text) if _is_certificate(before[_KEY_OF[name]]) else None
    if name == "signer_authorities":
        return chain_fault(before["signer_certificate"], text) if _is_certificate(before["signer_certificate"]) else None
    if name == "authority_sha256":
        return fingerprint_fault(before["signer_authorities"], text) if _is_certificate(before["signer_authorities"]) else None
    if name == "tls_certificate" and not questions()["public_url"].fault(before["public_url"]):
        return name_fault(text, before["public_url"].removeprefix("https://").partition("/")[0].partition(":")[0])
    return None


def _is_certificate(text: str) -> bool:
    return certificate_fault(text) is None


def _unread(error: OSError, file: str) -> Fault:
    """Say why the file of an answer can't be read."""
    why = {ENOENT: "tidak ada", EISDIR: "adalah folder", EACCES: "tertutup"}.get(error.errno or 0, error.strerror or "")
    return Fault("no_file", f"{file} {why}, dicari di deploy/compose")


def _taken(question: Question, said: str, known: Mapping[str, str], folder: Path) -> str:
    if not said:
        made = known.get(question.same_as, "") or (token_urlsafe(KEY_BYTES) if question.make else "")
        return known.get(question.name, "") or made
    return (folder / said).read_text(errors="replace").strip() if question.of == FILE else said

"""The checks of a request that an adapter hands in complete. All problems are returned at once, each with its field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from shared.errors import FieldProblem
from shared.reference.catalogue import Catalogue, Offer
from shared.values import KkNumber, Malformed, Nik, PersonName

PROBLEMS: Final = (
    "document_kind_unknown",
    "document_missing_<kind>",
    "file_unknown",
    "file_used_twice",
    "kk_same_as_nik",
    "service_by_court",
    "service_differs",
    "service_in_person",
    "service_not_open",
    "service_unknown",
)
"""Every code of a field, for the API document; codes of malformed numbers and names are those of `shared.values`."""


@dataclass(frozen=True, slots=True)
class SubmittedDocument:
    """A file that was uploaded before, and what it shows."""

    kind: str
    file_id: str


@dataclass(frozen=True, slots=True)
class CheckedBody:
    """A request as the adapter sent it. `reference`: the adapter's own name for it."""

    service: str
    nik: str = field(repr=False)
    kk_number: str = field(repr=False)
    documents: tuple[SubmittedDocument, ...]
    applicant_name: str | None = field(default=None, repr=False)
    reference: str | None = None


def check_mended(submission: CheckedBody, service: str) -> tuple[FieldProblem, ...]:
    """Return the problem of a corrected request that names another service than the returned one; none otherwise."""
    if submission.service == service:
        return ()
    return (FieldProblem("service", "service_differs", f"The request is for {service}; file a new one for another service."),)


def check(
    submission: CheckedBody, catalogue: Catalogue, open_services: frozenset[str], known_files: Mapping[str, str]
) -> tuple[FieldProblem, ...]:
    """Return every problem of a submission.

    Args:
        submission: As sent.
        catalogue: Says what the service needs.
        open_services: The services that may be asked for today.
        known_files: The media types of the files that exist, by file id.
    """
    return (*_service(submission, catalogue, open_services), *_person(submission), *_documents(submission, catalogue, known_files))


def _service(submission: CheckedBody, catalogue: Catalogue, open_services: frozenset[str]) -> Iterator[FieldProblem]:
    service = catalogue.find(submission.service)
    if service is None:
        yield FieldProblem("service", "service_unknown", "The catalogue has no service of this code.")
    elif service.offer is Offer.IN_PERSON:
        where = f"{service.place.name}, {service.place.hours}" if service.place else ""
        yield FieldProblem("service", "service_in_person", f"{service.name} is done in person: {where}.")
    elif service.offer is Offer.COURT:
        yield FieldProblem("service", "service_by_court", f"{service.name} comes from the court, not from an adapter.")
    elif submission.service not in open_services:
        yield FieldProblem("service", "service_not_open", f"{service.name} can't be asked for online yet.")


def _person(submission: CheckedBody) -> Iterator[FieldProblem]:
    for name, text, parse in (
        ("nik", submission.nik, Nik.parse),
        ("kk_number", submission.kk_number, KkNumber.parse),
        ("applicant_name", submission.applicant_name, PersonName.parse),
    ):
        if text is None:
            continue
        try:
            parse(text)
        except Malformed as malformed:
            yield FieldProblem(name, malformed.code)

    if _same(submission):
        yield FieldProblem("kk_number", "kk_same_as_nik", "This is the NIK, not the number of the family card.")


def _same(submission: CheckedBody) -> bool:
    try:
        return Nik.parse(submission.nik).text == KkNumber.parse(submission.kk_number).text
    except Malformed:
        return False


def _documents(submission: CheckedBody, catalogue: Catalogue, known_files: Mapping[str, str]) -> Iterator[FieldProblem]:
    seen: set[str] = set()
    for number, document in enumerate(submission.documents):
        if document.kind not in catalogue.attachments:
            yield FieldProblem(f"documents[{number}].kind", "document_kind_unknown", "The catalogue has no document of this kind.")
        if document.file_id not in known_files:
            yield FieldProblem(f"documents[{number}].file_id", "file_unknown", "Upload the file first: POST /v1/files.")
        if document.file_id in seen:
            yield FieldProblem(f"documents[{number}].file_id", "file_used_twice", "One file can't be two documents.")
        seen.add(document.file_id)
    service = catalogue.find(submission.service)
    for need in service.missing_needs(document.kind for document in submission.documents) if service else ():
        names = " / ".join(catalogue.attachment_name(kind) for kind in need.any_of)
        yield FieldProblem("documents", f"document_missing_{need.any_of[0]}", f"Missing: {names}.")

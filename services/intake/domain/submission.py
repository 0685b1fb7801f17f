"""The checks of a request that an adapter hands in complete. All problems are returned at once, each with its field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from services.intake.domain.files import SentFile, attachment_of
from services.intake.domain.filled_form import KK_NUMBER, NIK, FilledForm
from shared.errors import FieldProblem
from shared.reference.catalogue import Catalogue, CivilService, Offer
from shared.reference.forms import Field, GivenFile
from shared.values import Attachment

PROBLEMS: Final = (
    "answer_missing",
    "answer_not_asked",
    "choice_not_here",
    "choice_not_in_force",
    "choice_unclear",
    "choice_unknown",
    "document_kind_missing",
    "document_kind_unknown",
    "document_malformed",
    "document_missing",
    "file_unknown",
    "file_used_twice",
    "group_too_few",
    "group_too_many",
    "kk_same_as_nik",
    "rows_expected",
    "service_by_court",
    "service_differs",
    "service_in_person",
    "service_not_open",
    "service_unknown",
)
"""Codes of fields for the API document: of what is of no type, and of choices, whose `detail` names the nearest values. The codes of the
other types are those of `shared.reference.forms`.
"""


@dataclass(frozen=True, slots=True)
class CheckedBody:
    """A request as the adapter sent it. `form_version` None: the present one. `reference`: the adapter's own name for it.

    `outreach_source`: what it says is the code of the source that brought the person.
    """

    service: str
    answers: Mapping[str, Any] = field(default_factory=dict, repr=False)
    form_version: int | None = None
    reference: str | None = None
    outreach_source: str | None = None

    def file_ids(self, service: CivilService | None) -> tuple[str, ...]:
        """Return the ids of the files that it names, in whichever version of the service's form."""
        forms = (service.form, *service.older_forms) if service else ()
        given = [self.answers.get(each.name) for form in forms for each in form.fields if each.is_document]
        named = [value.get("file_id") if isinstance(value, Mapping) else value for value in given]
        return tuple(dict.fromkeys(value for value in named if isinstance(value, str)))


def check_mended(body: CheckedBody, service: str) -> tuple[FieldProblem, ...]:
    """Return the problem of a corrected request that names another service than the returned one; none otherwise."""
    if body.service == service:
        return ()
    return (FieldProblem("service", "service_differs", f"The request is for {service}; file a new one for another service."),)


def check(
    body: CheckedBody, catalogue: Catalogue, open_services: frozenset[str], uploads: Mapping[str, SentFile], today: date
) -> tuple[FilledForm | None, tuple[FieldProblem, ...]]:
    """Return the filled form, or every problem of a body.

    Args:
        body: As sent.
        catalogue: Says what the service asks.
        open_services: The services that may be asked for today.
        uploads: The client's files, by id.
        today: The office's day.

    Raises:
        BadInput: `form_outdated`.
    """
    service = catalogue.find(body.service)
    problems = list(_service(body.service, service, open_services))
    if service is None or problems:
        return None, tuple(problems)
    form = service.form_of(body.form_version or service.form.version, today)
    answers, found = form.read(body.answers, today)
    attachments, wrong = _attachments(form.fields, answers, uploads)
    problems += [*found, *wrong, *_same(answers)]
    if problems:
        return None, tuple(problems)
    plain = {name: value for name, value in answers.items() if not isinstance(value, GivenFile)}
    return FilledForm(service.id, form.version, plain, attachments), ()


def _service(code: str, service: CivilService | None, open_services: frozenset[str]) -> Iterator[FieldProblem]:
    if service is None:
        yield FieldProblem("service", "service_unknown", "The catalogue has no service of this code.")
    elif service.offer is Offer.IN_PERSON and code not in open_services:
        where = f"{service.place.name}, {service.place.hours}" if service.place else ""
        yield FieldProblem("service", "service_in_person", f"{service.name} is done in person: {where}.")
    elif service.offer is Offer.COURT:
        yield FieldProblem("service", "service_by_court", f"{service.name} comes from the court, not from an adapter.")
    elif code not in open_services:
        yield FieldProblem("service", "service_not_open", f"{service.name} can't be asked for online yet.")


def _attachments(
    fields: tuple[Field, ...], answers: Mapping[str, Any], uploads: Mapping[str, SentFile]
) -> tuple[tuple[Attachment, ...], list[FieldProblem]]:
    found: list[Attachment] = []
    problems: list[FieldProblem] = []
    for each in fields:
        given = answers.get(each.name)
        if not isinstance(given, GivenFile):
            continue
        upload = uploads.get(given.file_id)
        if upload is None:
            problems.append(FieldProblem(f"answers.{each.name}", "file_unknown", "Upload the file first: POST /v1/files."))
        elif any(attachment.file_id == given.file_id for attachment in found):
            problems.append(FieldProblem(f"answers.{each.name}", "file_used_twice", "One file can't be two documents."))
        else:
            found.append(attachment_of(upload, each.name, given.kind))
    return tuple(found), problems


def _same(answers: Mapping[str, Any]) -> Iterator[FieldProblem]:
    if answers.get(NIK) is not None and answers.get(NIK) == answers.get(KK_NUMBER):
        yield FieldProblem(f"answers.{KK_NUMBER}", "kk_same_as_nik", "This is the NIK, not the number of the family card.")

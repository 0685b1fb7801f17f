"""What was asked for, as an officer reads it: the requests of a case with their persons, answers and files, and what would be made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Any, Final

from pydantic import BaseModel, Field

from services.verification.domain.documents import keyed
from services.verification.domain.rules import Application
from services.verification.domain.submission import CASE_FIELDS, CourtDecision, Person, Submission
from services.verification.events import content_of
from services.verification.handlers.planning import Preview
from shared.errors import DomainError
from shared.reference.catalogue import Catalogue
from shared.reference.forms import Field as FormField
from shared.reference.labels import field_label

_WHOLE: Final = frozenset({"nik", "kk_number"})  # shown to an officer as they are: `FieldType.show` masks them for citizens


class PersonOut(BaseModel):
    """Somebody of a request, as the sender named them."""

    nik: str | None
    kk_number: str | None
    name: str | None

    @classmethod
    def of(cls, person: Person) -> PersonOut:
        """Build from a person."""
        return cls(nik=person.nik, kk_number=person.kk_number, name=person.name)


class AnswerOut(BaseModel):
    """The answer to one field of the form; what asks for it stands in intake's `GET /v1/services/{code}`."""

    field: Annotated[str, Field(description="Its name as findings have it: `answers.<field>`, in a group `answers.<group>[n].<field>`")]
    label: Annotated[str, Field(description="What the field is called, in Indonesian")]
    type: Annotated[str, Field(description="nik, kk_number, person_name, text, date, choice, …")]
    value: Annotated[Any, Field(description="As it travels: a code, a number, a date as text")]
    shown: Annotated[str, Field(description="In Indonesian, a code by its label")]


class AttachmentOut(BaseModel):
    """A document that came with the request; `path` serves it."""

    file_id: str
    field: Annotated[str, Field(description="The field of the form that it answers")]
    kind: str
    name: str
    media_type: str
    size_bytes: int
    path: str


class RequestPersonalOut(BaseModel):
    """The persons of one request."""

    applicant: PersonOut
    subject: Annotated[PersonOut | None, Field(description="Whom the documents are about; null: the applicant or their family")]
    answers: tuple[AnswerOut, ...]


class RequestOut(BaseModel):
    """One request of the case: one, or of a court's case one for each party."""

    request_id: str
    receipt: str
    products: tuple[str, ...]
    submitted_at: datetime
    relation: Annotated[str | None, Field(description="What the applicant is to the subject")]
    form_version: int
    attachments: tuple[AttachmentOut, ...]
    personal: RequestPersonalOut


class PlannedDocumentOut(BaseModel):
    """A document that an approval would make."""

    request_id: str
    key: str
    product: str
    name: str
    content_type: str | None
    holder_name: str
    content: Annotated[
        dict[str, Any] | None, Field(description="What it would say, by its content type; null: it can't be printed, `findings` say why")
    ]


def requests_out(submissions: Sequence[Submission], catalogue: Catalogue, task_id: str) -> tuple[RequestOut, ...]:
    """Return the requests of a case."""
    return tuple(_request(submission, catalogue, task_id) for submission in submissions)


def decision_out(decision: CourtDecision | None) -> dict[str, Any] | None:
    """Return what a court decided, as it travels."""
    if decision is None:
        return None
    case = {name: getattr(decision, name) for name in CASE_FIELDS}
    return case | {role: asdict(party) for role, party in decision.parties.items()} | dict(decision.answers.values)


def planned_out(application: Application, preview: Preview | None, catalogue: Catalogue) -> tuple[PlannedDocumentOut, ...]:
    """Return what an approval would make; nothing where nothing can follow."""
    return tuple(_planned(application, preview, catalogue)) if preview is not None else ()


def _planned(application: Application, preview: Preview, catalogue: Catalogue) -> Iterator[PlannedDocumentOut]:
    for document in keyed(application, preview.plan):
        product = document.ordered.product
        known = catalogue.products.get(product)
        try:
            content = content_of(document.ordered.content)
        except DomainError:
            content = None
        yield PlannedDocumentOut(
            request_id=document.request_id,
            key=document.key,
            product=product,
            name=known.name if known else product,
            content_type=content.content_type if content else None,
            holder_name=document.ordered.holder_name,
            content=content.model_dump(mode="json") if content else None,
        )


def _request(submission: Submission, catalogue: Catalogue, task_id: str) -> RequestOut:
    fields = catalogue.get(submission.service).form_kept(submission.form_version).fields
    return RequestOut(
        request_id=submission.request_id,
        receipt=submission.receipt,
        products=submission.products,
        submitted_at=submission.submitted_at,
        relation=submission.relation,
        form_version=submission.form_version,
        attachments=tuple(_attachments(submission, catalogue, task_id)),
        personal=RequestPersonalOut(
            applicant=PersonOut.of(submission.applicant),
            subject=PersonOut.of(submission.subject) if submission.subject else None,
            answers=tuple(_answers(submission.service, fields, submission.answers.values, "", submission.submitted_on)),
        ),
    )


def _attachments(submission: Submission, catalogue: Catalogue, task_id: str) -> Iterator[AttachmentOut]:
    for attachment in submission.attachments:
        yield AttachmentOut(
            file_id=attachment.file_id,
            field=attachment.field,
            kind=attachment.kind,
            name=catalogue.attachment_name(attachment.kind),
            media_type=attachment.media_type,
            size_bytes=attachment.size_bytes,
            path=f"/v1/tasks/{task_id}/attachments/{attachment.file_id}",
        )


def _answers(service: str, fields: Sequence[FormField], values: Mapping[str, Any], path: str, day: date) -> Iterator[AnswerOut]:
    for field in fields:
        value = values.get(field.name)
        if value is None or field.is_document:
            continue
        if field.is_group:
            for number, row in enumerate(value):
                yield from _answers(service, field.fields, row, f"{path}{field.name}[{number}].", day)
        else:
            name = f"{path}{field.name}"
            shown = str(value) if field.type in _WHOLE else field.show(value, day)
            label = field_label(service, name) or field.name
            yield AnswerOut(field=f"answers.{name}", label=label, type=field.type, value=field.kind.wire(value), shown=shown)

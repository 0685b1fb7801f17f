"""Parts of documents that several collections share. Unknown fields are ignored in reading."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from typing import Any, Final

from services.intake.domain.docket import DayCount
from shared.mongo import Doc
from shared.values import Attachment


def known(kind: type[Any], doc: Doc) -> Doc:
    """Return only the fields of a document that the dataclass has."""
    names = {field.name for field in fields(kind)}
    return {name: value for name, value in doc.items() if name in names}


def attachments_from(docs: list[Doc]) -> tuple[Attachment, ...]:
    """Read attachments from their documents."""
    return tuple(Attachment(**known(Attachment, doc)) for doc in docs)


SHOWN_OF_A_FILE: Final = ("sha256", "sent_sha256", "looks")
"""What of an attachment's document says whether it is another's file."""


def shown_of_a_file(doc: Doc) -> tuple[str, str]:
    """Read by which digest a file is known again, and its looks: of hundreds of requests at once, so nothing else of it is made."""
    return doc.get("sent_sha256") or doc["sha256"], doc.get("looks", "")


def tally_to(tally: DayCount) -> Doc:
    """Return the document of a day's count."""
    return {"day": tally.day.isoformat(), "count": tally.count}


def tally_from(doc: Doc) -> DayCount:
    """Read a day's count from its document."""
    return DayCount(date.fromisoformat(doc["day"]), doc["count"])

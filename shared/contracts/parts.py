"""Pieces that several events share. Everything in this file that names a person is used only inside a `personal` sub-model."""

from __future__ import annotations

from typing import Annotated

from pydantic import AwareDatetime, Field, StringConstraints

from shared.contracts.envelope import Contract
from shared.values import VouchedBy

NikText = Annotated[str, StringConstraints(pattern=r"^[0-9]{16}$")]
KkText = Annotated[str, StringConstraints(pattern=r"^[0-9]{16}$")]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
DocumentNumber = Annotated[
    str, StringConstraints(pattern=r"^([0-9]{4}-[A-Z]{2}-[0-9]{8}-[0-9]{4,6}|[A-Z]{2,10}/[0-9]{4}/[0-9]{8}/[0-9]{4,6})$")
]
"""`3519-KK-24112026-0001`; of a letter that other offices take `SKPWNI/3519/24112026/0001`."""
VillageCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{10}$")]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
"""A word of a list that grows (ADR 22). A reader handles the codes it knows, and says by a stable code that it does not know one."""

ChannelCode = Annotated[Code, Field(description="Where the request came in: whatsapp, court, adapter; more may follow")]
ProductCode = Annotated[Code, Field(description="Which document, by the catalogue: kk, ktp, …")]
DocumentKey = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}(\.([2-9]|[1-9][0-9]))?$"),
    Field(description="One document of a request: its product, with `.2`, `.3` … where it is not the first of that product"),
]


class Contact(Contract):
    """Where the answer goes. Personal: only inside `personal`."""

    channel: ChannelCode
    address: Annotated[
        str, Field(description="WhatsApp: wa_id or BSUID. Court: court code. Adapter: name of the API client", max_length=200)
    ]
    reference: Annotated[
        str | None, Field(description="The sender's own reference: decision id of the court, reference of the adapter", max_length=200)
    ] = None
    last_inbound_at: Annotated[
        AwareDatetime | None,
        Field(description="Last message of the person, or when a registrar took their number down; opens the 24-hour window"),
    ] = None


class Vouching(Contract):
    """On what a request rests. Whose NIK the sender has is personal and stands elsewhere."""

    by: VouchedBy
    link_id: Annotated[str | None, Field(description="The link between the sender's contact and a person; only with `link`")] = None
    level: Annotated[Code | None, Field(description="How that link was proven: counter, officer")] = None
    village: Annotated[VillageCode | None, Field(description="The village whose registrar stands for the sender; only with `desk`")] = None


class Person(Contract):
    """Somebody of a request, as the sender named them. Personal."""

    nik: Annotated[NikText | None, Field(description="null: has none yet, as a newborn, or is not known")] = None
    kk_number: Annotated[KkText | None, Field(description="Of the family card, as the person gave it")] = None
    name: str | None = None


class Attachment(Contract):
    """A file that intake holds; `GET {intake}/v1/files/{file_id}`."""

    file_id: str
    field: Annotated[Code, Field(description="The field of the service's form that it answers")]
    kind: Annotated[Code, Field(description="What it shows: surat_kehilangan, ktp, kk, …")]
    media_type: str
    size_bytes: Annotated[int, Field(ge=1)]
    sha256: Sha256
    sent_sha256: Annotated[
        str, StringConstraints(pattern=r"^([0-9a-f]{64})?$"), Field(description="Of the bytes that were sent: a picture is made anew")
    ] = ""
    looks: Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{16})?$"), Field(description="What pictures that look the same share")] = ""
    same_file_in: Annotated[str, Field(description="Receipt of another family's request that came with the very same file")] = ""
    same_looks_in: Annotated[str, Field(description="Receipt of another family's request with a picture that looks the same")] = ""


class Reason(Contract):
    """Why something is not approved. The text for people goes by `code`."""

    code: Code
    field: Annotated[
        str | None,
        Field(description="What it is about: `answers.<field>` of the form, with `[n].<field>` inside a group; `decision.…` of a court"),
    ] = None

"""What a document would say, as a table: each line with its Indonesian name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final

from services.verification.domain.documents import KeyedDocument, keyed
from services.verification.events import content_of
from services.verification.handlers import TaskView
from shared.errors import DomainError
from shared.reference.catalogue import Catalogue

_LABELS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "kk_number": "Nomor KK",
        "head_name": "Kepala keluarga",
        "street": "Alamat",
        "rt": "RT",
        "rw": "RW",
        "village": "Desa/kelurahan",
        "district": "Kecamatan",
        "regency": "Kabupaten",
        "postal_code": "Kode pos",
        "nik": "NIK",
        "name": "Nama",
        "sex": "Jenis kelamin",
        "birth_place": "Tempat lahir",
        "born_on": "Tanggal lahir",
        "born_at": "Jam lahir",
        "birth_order": "Kelahiran ke",
        "blood_type": "Golongan darah",
        "religion": "Agama",
        "education": "Pendidikan",
        "occupation": "Pekerjaan",
        "marital_status": "Status perkawinan",
        "relation": "Hubungan",
        "citizenship": "Kewarganegaraan",
        "father": "Ayah",
        "mother": "Ibu",
        "birth_certificate_number": "Nomor akta kelahiran",
        "certificate_number": "Nomor akta",
        "valid_until": "Berlaku sampai",
        "died_on": "Tanggal meninggal",
        "died_at": "Jam meninggal",
        "death_place": "Tempat meninggal",
        "stillborn_on": "Tanggal lahir mati",
        "stillborn_at": "Jam lahir mati",
        "place": "Tempat",
        "plurality": "Jenis kelahiran",
        "months": "Usia kandungan (bulan)",
        "reporter": "Pelapor",
        "former_address": "Alamat sebelumnya",
        "mother_nik": "NIK ibu",
        "father_nik": "NIK ayah",
        "disability": "Disabilitas",
        "address": "Alamat",
        "applicant_name": "Nama pemohon",
        "reason": "Alasan pindah",
        "province": "Provinsi",
        "move_class": "Klasifikasi pindah",
        "who_moves": "Jenis kepindahan",
        "card_of_stayers": "KK yang tidak pindah",
        "card_of_movers": "KK yang pindah",
        "planned_on": "Rencana pindah",
        "valid_days": "Berlaku (hari)",
        "deed": "Jenis akta",
        "deed_number": "Nomor akta",
        "deed_on": "Tanggal akta",
        "deed_office": "Akta diterbitkan oleh",
        "married_on": "Tanggal perkawinan",
        "religious_on": "Kawin menurut agama",
        "marriage_number": "Nomor akta perkawinan/buku nikah",
        "event": "Peristiwa",
        "basis": "Dasar",
        "basis_issuer": "Dasar dari",
        "basis_number": "Nomor dasar",
        "basis_on": "Tanggal dasar",
        "passport": "Nomor paspor",
        "country": "Negara",
        "foreign_address": "Alamat di luar negeri",
        "responsible": "Penanggung jawab",
        "arrived_on": "Tiba di Indonesia",
        "leaving_letter": "Surat pindah",
        "leaving_letter_number": "Nomor surat pindah",
        "leaving_letter_on": "Tanggal surat pindah",
        "event_on": "Tanggal peristiwa",
        "certificate_issuer": "Akta diterbitkan oleh",
        "certificate_on": "Tanggal akta",
        "reporter_name": "Pelapor",
        "reporter_nik": "NIK pelapor",
        "returned_on": "Kembali ke Indonesia",
    }
)
NUMBERS: Final = frozenset({"nik", "kk_number", "mother_nik", "father_nik", "reporter_nik"})
_ENDS: Final[Mapping[str, str]] = MappingProxyType({"kk": "Mengakhiri KK nomor", "akta_kelahiran": "Mencabut kutipan akta dari NIK"})
_MEMBERS: Final = ("name", "nik", "sex", "birth_place", "born_on", "relation", "marital_status", "father", "mother")


@dataclass(frozen=True, slots=True)
class PrintedLine:
    """One line of a document. `is_number`: it is masked until an officer asks for it."""

    label: str
    value: str
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class PlannedSheet:
    """A document that an approval would make. No lines: it can't be printed, the findings say why."""

    name: str
    holder: str
    form: str
    lines: tuple[PrintedLine, ...]
    members: tuple[tuple[PrintedLine, ...], ...]


def planned(view: TaskView, catalogue: Catalogue) -> tuple[PlannedSheet, ...]:
    """Return what an approval would make, in its order."""
    if view.preview is None:
        return ()
    return tuple(_planned(each, catalogue) for each in keyed(view.case.application, view.preview.plan))


def _planned(document: KeyedDocument, catalogue: Catalogue) -> PlannedSheet:
    product = catalogue.products.get(document.ordered.product)
    try:
        content: dict[str, Any] = content_of(document.ordered.content).model_dump(mode="json")
    except DomainError:
        content = {}
    members = next((content.pop(name) for name in ("members", "movers", "arrivers") if content.get(name)), ())
    return PlannedSheet(
        name=product.name if product else document.ordered.product,
        holder=document.ordered.holder_name,
        form=product.form.value if product else "",
        lines=(*_lines(content), *_ended(document.ordered.replaces)),
        members=tuple(tuple(_line(name, member.get(name)) for name in _MEMBERS if name in member) for member in members),
    )


def _lines(content: Mapping[str, Any]) -> Iterator[PrintedLine]:
    for name, value in content.items():
        if isinstance(value, dict) and name in ("father", "mother", "reporter"):
            yield _line(name, value.get("name"))
        elif isinstance(value, dict):
            yield from (replace(line, label=f"{line.label} tujuan") if name == "destination" else line for line in _lines(value))
        elif isinstance(value, list):
            yield from map(_of_note, value)
        elif name in _LABELS and value not in (None, "", "-"):
            yield _line(name, value)


def _ended(replaces: tuple[str, ...]) -> Iterator[PrintedLine]:
    """Yield each other family card, and the quote of an annulled akta, that is no longer good once this document is issued."""
    for about in replaces:
        kind, _, number = about.partition(":")
        if kind in _ENDS:
            yield PrintedLine(_ENDS[kind], number, is_number=True)


def _of_note(row: Mapping[str, Any]) -> PrintedLine:
    """Return a person or a change of a side note."""
    if "role" in row:
        return PrintedLine(row["role"], row["name"])
    return PrintedLine(row["element"], f"{row['before']} → {row['after']}")


def _line(name: str, value: Any) -> PrintedLine:
    return PrintedLine(_LABELS.get(name, name), "-" if value is None else str(value), name in NUMBERS)

"""The family card as issuance needs it: what is printed. Personal through and through."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class CardMember:
    """One row; words as printed (Permendagri 118/2017), `sex` L or P."""

    nik: str
    name: str
    sex: str
    birth_place: str
    born_on: date
    religion: str
    education: str
    occupation: str
    blood_type: str
    marital_status: str
    marital_status_on: date | None
    relation: str
    citizenship: str
    passport: str
    kitap: str
    father: str
    mother: str


@dataclass(frozen=True, slots=True)
class FamilyCard:
    """The card at the moment of approval. `kk_number` None: a new number of the district is to be given."""

    kk_number: str | None
    head_name: str
    address: str
    rt: str
    rw: str
    village_code: str
    village: str
    district: str
    regency: str
    province: str
    postal_code: str
    members: tuple[CardMember, ...]

    @property
    def district_code(self) -> str:
        """The six digits of the kecamatan."""
        return self.village_code[:6]

"""What documents say, as wire contents: names for codes, in capitals as on the KK."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import timedelta
from types import MappingProxyType
from typing import Any, Final, assert_never

from pydantic import ValidationError

from services.verification.domain.contents import (
    ArrivalLetter,
    Biodata,
    BirthCertificate,
    ChildCard,
    Content,
    DeathCertificate,
    FamilyCard,
    ForeignEvent,
    IdentityCard,
    LeavingLetter,
    MovingLetter,
    ParentageCertificate,
    SideNote,
    StillbirthLetter,
)
from services.verification.domain.register import Family, Member, birthday
from shared.contracts import contents
from shared.errors import DomainError
from shared.reference.population import ADULT_AGE_YEARS, KTP_MARITAL, PHOTO_FROM_YEARS
from shared.reference.regions import find_regency, find_village

_AS_IT_IS: Final[Mapping[type, type[contents.Content]]] = MappingProxyType(
    {
        BirthCertificate: contents.BirthCertificateContent,
        StillbirthLetter: contents.StillbirthLetterContent,
        SideNote: contents.SideNoteContent,
        ParentageCertificate: contents.ParentageCertificateContent,
        ForeignEvent: contents.ForeignEventContent,
    }
)
"""Contents that say the same here and on the wire, under the same names."""


def content_of(content: Content) -> contents.Content:
    """Return what a document says as it is printed: names for codes, in capitals as on the KK.

    Raises:
        DomainError: `village_unknown`: the register has a code that is no village of ours; `content_invalid`: its type does not allow it.
    """
    try:
        return _content(content)
    except ValidationError as error:
        fields = ", ".join(".".join(map(str, problem["loc"])) for problem in error.errors(include_input=False, include_url=False))
        raise DomainError("content_invalid", fields) from None


def _content(content: Content) -> contents.Content:
    match content:
        case FamilyCard(family):
            members = tuple(map(_member, family.members))
            return contents.FamilyCardContent(
                kk_number=family.kk_number, head_name=family.head.name, address=_address(family), members=members
            )
        case IdentityCard(member, family):
            marital = KTP_MARITAL[member.marital].value
            extra = {"marital_status": marital, "occupation": member.occupation}
            return contents.IdentityCardContent(**_person(member), **extra, address=_address(family))
        case ChildCard():
            return _child_card(content)
        case BirthCertificate() | StillbirthLetter() | SideNote() | ParentageCertificate() | ForeignEvent():
            return _AS_IT_IS[type(content)](**asdict(content))
        case DeathCertificate():
            return _death_certificate(content)
        case MovingLetter() | Biodata() | LeavingLetter() | ArrivalLetter():
            return _of_residents(content)
        case _:
            assert_never(content)


def _of_residents(content: MovingLetter | Biodata | LeavingLetter | ArrivalLetter) -> contents.Content:
    match content:
        case MovingLetter():
            return _moving_letter(content)
        case LeavingLetter():
            return _leaving_letter(content)
        case ArrivalLetter():
            return _arrival_letter(content)
        case Biodata():
            return _biodata(content)


def _child_card(card: ChildCard) -> contents.ChildCardContent:
    member, has_photo = card.member, card.member.age_on(card.today) >= PHOTO_FROM_YEARS
    until = birthday(member.born_on, ADULT_AGE_YEARS) - timedelta(days=1) if has_photo else birthday(member.born_on, PHOTO_FROM_YEARS)
    return contents.ChildCardContent(
        **_person(member),
        kk_number=card.family.kk_number,
        head_name=card.family.head.name,
        birth_certificate_number=member.birth_certificate,
        birth_certificate_of=card.certificate_key,
        has_photo=has_photo,
        valid_until=until,
        address=_address(card.family),
    )


def _death_certificate(certificate: DeathCertificate) -> contents.DeathCertificateContent:
    member, plain = certificate.member, asdict(certificate)
    del plain["member"]
    names = ("nik", "name", "sex", "born_on", "birth_place", "citizenship")
    return contents.DeathCertificateContent(**{name: getattr(member, name) for name in names}, **plain)


def _moving_letter(letter: MovingLetter) -> contents.MovingLetterContent:
    family, to = letter.family, letter.destination
    regency = find_regency(to.regency_code)
    if regency is None:
        raise DomainError("regency_unknown", "The request names a regency that is not in the reference.")
    destination = contents.Destination(
        **{name: getattr(to, name) for name in ("street", "rt", "rw", "village", "district")},
        regency=regency.name.removeprefix("KAB. "),
        province=regency.province,
    )
    names = ("reason", "move_class", "who_moves", "card_of_stayers", "card_of_movers", "planned_on", "valid_days")
    return contents.MovingLetterContent(
        kk_number=family.kk_number,
        head_name=family.head.name,
        address=_address(family),
        applicant_nik=letter.applicant.nik,
        applicant_name=letter.applicant.name,
        destination=destination,
        movers=_movers(letter.movers),
        **{name: getattr(letter, name) for name in names},
    )


def _movers(members: Iterable[Member]) -> tuple[contents.Mover, ...]:
    return tuple(contents.Mover(nik=each.nik, name=each.name, relation=each.relation.value) for each in members)


def _leaving_letter(letter: LeavingLetter) -> contents.LeavingLetterContent:
    names = ("country", "foreign_address", "responsible", "reason", "who_moves", "card_of_stayers", "planned_on")
    return contents.LeavingLetterContent(
        kk_number=letter.family.kk_number,
        head_name=letter.family.head.name,
        address=_address(letter.family),
        applicant_nik=letter.applicant.nik,
        applicant_name=letter.applicant.name,
        movers=_movers(letter.movers),
        **{name: getattr(letter, name) for name in names},
    )


def _arrival_letter(letter: ArrivalLetter) -> contents.ArrivalLetterContent:
    names = ("country", "arrived_on", "leaving_letter", "leaving_letter_number", "leaving_letter_on")
    return contents.ArrivalLetterContent(
        kk_number=letter.family.kk_number,
        head_name=letter.family.head.name,
        address=_address(letter.family),
        arrivers=tuple(
            contents.Arriver(nik=each.nik, name=each.name, relation=each.relation.value, passport=each.passport) for each in letter.members
        ),
        **{name: getattr(letter, name) for name in names},
    )


def _biodata(sheet: Biodata) -> contents.BiodataContent:
    names = ("mother_nik", "father_nik", "former_address")
    return contents.BiodataContent(
        kk_number=sheet.family.kk_number,
        head_name=sheet.family.head.name,
        address=_address(sheet.family),
        person=_member(sheet.member),
        birth_certificate_number=sheet.member.birth_certificate,
        disability=sheet.member.disability,
        **{name: getattr(sheet, name) for name in names},
    )


def _person(member: Member) -> dict[str, Any]:
    names = ("nik", "name", "sex", "birth_place", "born_on", "blood_type", "religion", "citizenship")
    return {name: getattr(member, name) for name in names}


def _address(family: Family) -> contents.Address:
    village = find_village(family.village_code)
    regency = find_regency(family.village_code)
    if village is None or regency is None:
        raise DomainError("village_unknown", "The register has a village code that is not in the reference.")
    return contents.Address(
        street=family.address,
        rt=family.rt,
        rw=family.rw,
        village_code=village.code,
        village=village.name.upper(),
        district=village.district.name.upper(),
        regency=regency.name.removeprefix("KAB. "),
        province=regency.province,
        postal_code=family.postal_code,
    )


def _member(member: Member) -> contents.FamilyMember:
    names = ("education", "occupation", "passport", "kitap", "father", "mother")
    return contents.FamilyMember(
        **_person(member),
        **{name: getattr(member, name) for name in names},
        marital_status=member.marital.value,
        marital_status_on=member.marital_on,
        relation=member.relation.value,
    )

"""Fixed lists of the population register, with the words as they are printed on the KK and the KTP-el.

Sources: Permendagri 118/2017 (blanko KK, status kawin), 109/2019 and 6/2026 (formulir F-1.01). The values are the printed terms; a term
that a newer regulation dropped stays, for the cards that have it.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class KkMarital(StrEnum):
    """Marital status in the KK (Permendagri 118/2017)."""

    SINGLE = "BELUM KAWIN"
    MARRIED = "KAWIN TERCATAT"
    MARRIED_UNRECORDED = "KAWIN BELUM TERCATAT"
    DIVORCED = "CERAI HIDUP TERCATAT"
    DIVORCED_UNRECORDED = "CERAI HIDUP BELUM TERCATAT"
    WIDOWED = "CERAI MATI"


class KtpMarital(StrEnum):
    """Marital status on the KTP-el: four words for the six of the KK."""

    SINGLE = "BELUM KAWIN"
    MARRIED = "KAWIN"
    DIVORCED = "CERAI HIDUP"
    WIDOWED = "CERAI MATI"


KTP_MARITAL: Final[Mapping[KkMarital, KtpMarital]] = {
    KkMarital.SINGLE: KtpMarital.SINGLE,
    KkMarital.MARRIED: KtpMarital.MARRIED,
    KkMarital.MARRIED_UNRECORDED: KtpMarital.MARRIED,
    KkMarital.DIVORCED: KtpMarital.DIVORCED,
    KkMarital.DIVORCED_UNRECORDED: KtpMarital.DIVORCED,
    KkMarital.WIDOWED: KtpMarital.WIDOWED,
}
"""What the KTP-el shows for each status of the KK."""

MARRIED: Final = frozenset({KkMarital.MARRIED, KkMarital.MARRIED_UNRECORDED})
DIVORCED: Final = frozenset({KkMarital.DIVORCED, KkMarital.DIVORCED_UNRECORDED})


class Disability(StrEnum):
    """Kind of disability (form F-1.01 of Permendagri 6/2026, which asks first whether there is one). No card prints it; the F-1.08 does."""

    PHYSICAL = "FISIK"
    INTELLECTUAL = "INTELEKTUAL"
    MENTAL = "MENTAL"
    SENSORY = "SENSORIK"
    NONE = "TIDAK ADA"


class Relation(StrEnum):
    """Relation to the head of the family (status hubungan dalam keluarga)."""

    HEAD = "KEPALA KELUARGA"
    HUSBAND = "SUAMI"
    WIFE = "ISTRI"
    CHILD = "ANAK"
    CHILD_IN_LAW = "MENANTU"
    GRANDCHILD = "CUCU"
    PARENT = "ORANG TUA"
    PARENT_IN_LAW = "MERTUA"
    OTHER_KIN = "FAMILI LAIN"
    SERVANT = "PEMBANTU"
    OTHER = "LAINNYA"


class Religion(StrEnum):
    """Agama, or belief by Putusan MK 97/PUU-XIV/2016."""

    ISLAM = "ISLAM"
    PROTESTANT = "KRISTEN"
    CATHOLIC = "KATHOLIK"
    HINDU = "HINDU"
    BUDDHIST = "BUDDHA"
    CONFUCIAN = "KHONGHUCU"
    BELIEF = "KEPERCAYAAN TERHADAP TUHAN YME"
    OTHER = "LAINNYA"
    """Of foreigners alone (form F-1.01 of Permendagri 6/2026)."""


class BloodType(StrEnum):
    """Golongan darah, with the rhesus where it is known (form F-1.01)."""

    A = "A"
    B = "B"
    AB = "AB"
    O = "O"  # noqa: E741 - it is the name of the blood type
    A_PLUS = "A+"
    A_MINUS = "A-"
    B_PLUS = "B+"
    B_MINUS = "B-"
    AB_PLUS = "AB+"
    AB_MINUS = "AB-"
    O_PLUS = "O+"
    O_MINUS = "O-"
    UNKNOWN = "TIDAK TAHU"


class Education(StrEnum):
    """Pendidikan terakhir: the terms of Permendagri 109/2019 and of 6/2026; which are given anew: `data/list_versions.toml`."""

    NONE = "TIDAK/BELUM SEKOLAH"
    PRESCHOOL = "PAUD/TK"
    PRIMARY_UNFINISHED = "BELUM TAMAT SD/SEDERAJAT"
    PRIMARY = "TAMAT SD/SEDERAJAT"
    PRIMARY_SCHOOL = "SD/SEDERAJAT"
    LOWER_SECONDARY = "SLTP/SEDERAJAT"
    UPPER_SECONDARY = "SLTA/SEDERAJAT"
    DIPLOMA_2 = "DIPLOMA I/II"
    DIPLOMA_3 = "AKADEMI/DIPLOMA III/S. MUDA"
    BACHELOR = "DIPLOMA IV/STRATA I"
    DIPLOMA_4 = "DIPLOMA IV"
    STRATA_1 = "STRATA I"
    MASTER = "STRATA II"
    DOCTOR = "STRATA III"
    OTHER = "LAINNYA"


SPELLINGS: Final[Mapping[str, Mapping[str, str]]] = {
    "religion": {
        "BUDHA": Religion.BUDDHIST.value,
        "KONG HU CU": Religion.CONFUCIAN.value,
        "KONGHUCU": Religion.CONFUCIAN.value,
        "KATOLIK": Religion.CATHOLIC.value,
    },
    "relation": {"FAMILI": Relation.OTHER_KIN.value},
}
"""Column of the register -> how the forms of Permendagri 6/2026 or other registers write a term -> the term here: one thing, one word."""


class Citizenship(StrEnum):
    """Kewarganegaraan."""

    INDONESIAN = "WNI"
    FOREIGN = "WNA"


class Effect(StrEnum):
    """What becomes of a person by a change of the register. The codes stand in the history and on the wire."""

    BORN = "born"
    """They are new in the register: born, or entered for the first time."""
    DIED = "died"
    JOINED = "joined"
    """They came from one family into another."""
    LEFT = "left"
    """They left a family; in the history of a whole change: for no other one of it."""
    CHANGED = "changed"
    MOVED_OUT = "moved_out"
    """They moved to another regency, with an SKPWNI of ours."""
    MOVED_IN = "moved_in"
    """They came from another regency with an SKPWNI."""
    MOVED_ABROAD = "moved_abroad"
    """They moved to another country, with an SKPLN of ours."""
    CAME_BACK = "came_back"
    """They came back from another country."""


PHOTO_FROM_YEARS: Final = 5  # a KIA has a photo from the fifth birthday on (Permendagri 2/2016)
ADULT_AGE_YEARS: Final = 17  # from then on, or once married, a KTP-el is compulsory (UU 24/2013 article 63)

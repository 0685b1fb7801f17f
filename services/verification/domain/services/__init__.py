"""What each service means: the rules by service code, explicit. A service that is not here can't be opened."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from services.verification.domain.rules import Rules
from services.verification.domain.services.birth import AKTA_LAHIR
from services.verification.domain.services.death import AKTA_MATI, KK_GANTI_KEPALA
from services.verification.domain.services.household import KK_NUMPANG, KK_PISAH
from services.verification.domain.services.member_data import KK_UBAH
from services.verification.domain.services.new_family import KK_BARU
from services.verification.domain.services.stillbirth import LAHIR_MATI

RULES: Final[Mapping[str, Rules]] = MappingProxyType(
    {
        "akta_lahir": AKTA_LAHIR,
        "lahir_mati": LAHIR_MATI,
        "akta_mati": AKTA_MATI,
        "kk_ganti_kepala": KK_GANTI_KEPALA,
        "kk_baru": KK_BARU,
        "kk_ubah": KK_UBAH,
        "kk_pisah": KK_PISAH,
        "kk_numpang": KK_NUMPANG,
    }
)

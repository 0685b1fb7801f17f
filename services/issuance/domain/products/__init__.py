"""What this office can make: product -> how. Explicit; a new product is a module here, a template and its sample."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from services.issuance.domain.products import (
    abroad,
    akta_kelahiran,
    akta_kematian,
    biodata,
    catatan_pinggir,
    kia,
    kk,
    ktp,
    lahir_mati,
    parentage,
    skpwni,
)
from services.issuance.domain.products.spec import Spec

PRODUCTS: Final[Mapping[str, Spec]] = MappingProxyType(
    {
        "kk": kk.SPEC,
        "ktp": ktp.SPEC,
        "kia": kia.SPEC,
        "akta_kelahiran": akta_kelahiran.SPEC,
        "akta_kematian": akta_kematian.SPEC,
        "lahir_mati": lahir_mati.SPEC,
        "skpwni": skpwni.SPEC,
        "skpln": abroad.LEAVING,
        "skdln": abroad.ARRIVAL,
        "lapor_ln": abroad.EVENT,
        "biodata": biodata.SPEC,
        "catatan_pinggir": catatan_pinggir.SPEC,
        "akta_pengakuan": parentage.ACKNOWLEDGEMENT,
        "akta_pengesahan": parentage.LEGITIMATION,
    }
)

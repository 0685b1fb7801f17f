"""What each service means: the rules by service code, explicit. A service that is not here can't be judged."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from services.verification.domain.policy import CaseRoute
from services.verification.domain.rules import Rules
from services.verification.domain.services import (
    acknowledgement,
    adoption,
    annulment,
    arrival,
    arrival_from_abroad,
    birth,
    change_of_name,
    child_card,
    correction,
    court_child,
    court_custody,
    court_marriage,
    court_name,
    death,
    divorce,
    first_entry,
    foreign_event,
    household,
    legitimation,
    member_data,
    move_abroad,
    move_inside,
    move_out,
    new_family,
    reprint,
    second_extract,
    stillbirth,
    tickets,
)
from shared.errors import NotFound
from shared.reference.catalogue import Catalogue, CivilService

RULES: Final[Mapping[str, Rules]] = MappingProxyType(
    {
        "kk_hilang": reprint.RULES,
        "kk_rusak": reprint.RULES,
        "ktp_hilang": reprint.RULES,
        "ktp_rusak": reprint.RULES,
        "ktp_ubah": member_data.KTP_UBAH,
        "kia_baru": child_card.KIA_BARU,
        "kia_hilang": child_card.KIA_HILANG,
        "kia_habis_masa": child_card.KIA_HABIS_MASA,
        "kia_pindah": child_card.KIA_PINDAH,
        "cerai": divorce.RULES,
        "itsbat_nikah": court_marriage.ITSBAT_NIKAH,
        "pembatalan_perkawinan": court_marriage.PEMBATALAN_PERKAWINAN,
        "hadhanah": court_custody.RULES,
        "asal_usul_anak": court_child.ASAL_USUL_ANAK,
        "pengangkatan_pengadilan": court_child.PENGANGKATAN_ANAK,
        "perubahan_nama": court_name.RULES,
        "akta_lahir": birth.AKTA_LAHIR,
        "lahir_mati": stillbirth.LAHIR_MATI,
        "akta_mati": death.AKTA_MATI,
        "kk_ganti_kepala": death.KK_GANTI_KEPALA,
        "kk_baru": new_family.KK_BARU,
        "kk_ubah": member_data.KK_UBAH,
        "kk_pisah": household.KK_PISAH,
        "kk_numpang": household.KK_NUMPANG,
        "pindah": move_out.PINDAH,
        "pindah_dalam": move_inside.PINDAH_DALAM,
        "datang": arrival.DATANG,
        "pindah_ln": move_abroad.PINDAH_LN,
        "datang_ln": arrival_from_abroad.DATANG_LN,
        "akta_ln": foreign_event.AKTA_LN,
        "biodata": first_entry.BIODATA_RULES,
        "konsolidasi": tickets.KONSOLIDASI,
        "pengaduan": tickets.PENGADUAN,
        "ktp_rekam": tickets.KTP_REKAM,
        "buka_blokir": tickets.BUKA_BLOKIR,
        "penduduk_nonpermanen": tickets.PENDUDUK_NONPERMANEN,
        "rentan": tickets.RENTAN,
        "akta_betul": correction.AKTA_BETUL,
        "akta_batal": annulment.AKTA_BATAL,
        "ubah_nama": change_of_name.UBAH_NAMA,
        "kutipan_kedua": second_extract.KUTIPAN_KEDUA,
        "pengakuan_anak": acknowledgement.PENGAKUAN_ANAK,
        "pengesahan_anak": legitimation.PENGESAHAN_ANAK,
        "pengangkatan_anak": adoption.PENGANGKATAN_ANAK,
    }
)


def rules_of(rules: Mapping[str, Rules], service: CivilService) -> Rules:
    """Return the rules that a service follows.

    Raises:
        NotFound: `service_without_rules`.
    """
    found = rules.get(service.effect)
    if found is None:
        raise NotFound("service_without_rules")
    return found


def check_registry(rules: Mapping[str, Rules], catalogue: Catalogue, named: Mapping[str, bool]) -> None:
    """Hold the rules against the catalogue and the settings that name services: at start, before anything is taken in.

    Raises:
        ValueError: rules of no service, a way that there is not, a setting about a service without rules, no officer where one is needed.
    """
    if unknown := rules.keys() - catalogue.services.keys():
        raise ValueError(f"rules of services that the catalogue does not have: {sorted(unknown)}")
    if wrong := [code for code, each in rules.items() if set(each.ways.values()) - set(CaseRoute)]:
        raise ValueError(f"ways that there are not: {wrong}")
    if without := [code for code in named if catalogue.get(code).effect not in rules]:
        raise ValueError(f"AUTOMATIC names services that have no rules: {sorted(without)}")
    automatic = {code for code, service in catalogue.services.items() if named.get(code, service.automatic)}
    if unfit := [code for code in automatic if (each := rules.get(catalogue.get(code).effect)) is not None and not each.may_be_automatic]:
        raise ValueError(f"services that an officer has to approve, whatever AUTOMATIC says: {sorted(unfit)}")

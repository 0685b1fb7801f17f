"""Cards that are printed again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from deploy.local import applications
from tests.support.samples.people import Kind, Made


def _reprint(service: str, kind: str) -> Made:
    return lambda sample, at: applications.reprint(service, sample.picked[kind][at])


KINDS: Final[Mapping[str, Kind]] = {
    "kk_hilang": Kind("kk_rusak", 28, _reprint("kk_hilang", "kk_rusak"), ("kk",), by_rules=True),
    "kk_rusak": Kind("kk_rusak", 10, _reprint("kk_rusak", "kk_rusak"), ("kk",)),
    "ktp_hilang": Kind("kk_rusak", 30, _reprint("ktp_hilang", "kk_rusak"), ("ktp",), by_rules=True),
    "ktp_rusak": Kind("kk_rusak", 32, _reprint("ktp_rusak", "kk_rusak"), ("ktp",), by_rules=True),
}

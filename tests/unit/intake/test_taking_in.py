"""Where something new comes in is what a nearly full disk shuts, and nothing else."""

import pytest

from services.intake.api import TAKES_IN, court, files, requests, whatsapp
from services.intake.desk import chats, court_area, village_form, villages
from services.intake.desk.studio import words as studio


@pytest.mark.parametrize(
    "path", [whatsapp.PATH, court.PATH, requests.PATH, files.PATH, village_form.PATH, studio.NEW, studio.BUNDLES, f"{court_area.PATH}/baru"]
)
def test_what_brings_bytes_is_shut(path: str) -> None:
    assert path.startswith(TAKES_IN)


@pytest.mark.parametrize(
    "path", [f"{chats.PATH}/c/balas", f"{villages.PATH}/cari", "/v1/stuck", "/status", "/livez", "/readyz", "/metrics"]
)
def test_what_ends_work_or_only_asks_is_open(path: str) -> None:
    assert not path.startswith(TAKES_IN)

"""The foot of the pages for everybody: where the office is, as the installation was told."""

from pathlib import Path

import pytest

from shared.settings import PageSettings
from shared.web.public.pages import PublicPages

STREET = "Jalan Contoh Nomor 1 & 2, Caruban"


@pytest.mark.parametrize(("street", "shown"), [(STREET, "<br>Jalan Contoh Nomor 1 &amp; 2, Caruban</p>"), ("", "Kabupaten Madiun</p>")])
def test_the_foot_names_the_street_where_there_is_one(street: str, shown: str, tmp_path: Path) -> None:
    page = bytes(PublicPages(tmp_path, PageSettings(office_address=street)).not_found().body).decode()
    assert f"<p>Mal Pelayanan Publik Kabupaten Madiun{shown.removeprefix('Kabupaten Madiun')}" in page

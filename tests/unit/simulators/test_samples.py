"""The sample persons of the chat page: heads of the register's last families, each with papers of its own."""

import io
import re
from pathlib import Path

import pytest
from PIL import Image

from deploy.simulators.whatsapp.samples import INVENTED, PEOPLE, Picture, picture, read_people
from services.verification.wiring import registry
from shared.reference.regions import find_village
from shared.values import KkNumber, Nik

STATIC = Path("deploy/simulators/whatsapp/static")
KINDS: tuple[Picture, ...] = ("ktp", "selfie", "surat-polisi")


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("register") / "register.csv"
    registry(["generate", "--families", "20", "--out", str(path)])
    return path


def test_they_are_adults_of_different_families_with_good_numbers_and_chats_of_their_own(register: Path) -> None:
    people = [person.view(number) for number, person in enumerate(read_people(register))]
    assert len(people) == PEOPLE
    for person in people:
        Nik.parse(person["nik"])
        KkNumber.parse(person["kk_number"])
        assert re.fullmatch(r"62\d{11}", person["phone"])
    for name in ("nik", "kk_number", "phone"):
        assert len({person[name] for person in people}) == PEOPLE


def test_journeys_take_the_first_families_and_samples_the_last(register: Path) -> None:
    lines = register.read_text(encoding="utf-8").splitlines()
    assert read_people(register)[0].row["kk_number"] == lines[-1].split(",")[0]


def test_without_a_register_somebody_invented_stands_in(tmp_path: Path) -> None:
    assert read_people(None) == read_people(tmp_path / "none.csv") == (INVENTED,)
    Nik.parse(INVENTED.row["nik"])
    assert find_village(INVENTED.row["village_code"])


def test_each_paper_is_a_picture_of_that_person(register: Path) -> None:
    first, second = read_people(register)[:2]
    seen = set()
    for person in (first, second, INVENTED):
        for kind in KINDS:
            drawn = picture(person, kind)
            with Image.open(io.BytesIO(drawn)) as image:
                assert image.format == "PNG"
                assert min(image.size) > 600
            assert len(drawn) < 1_000_000
            seen.add(drawn)
    assert len(seen) == 9
    paper = first.on_paper()
    assert (paper["nik"], paper["name"]) == (first.row["nik"], first.row["name"])
    assert all(paper.values())


def test_papers_say_that_they_are_samples() -> None:
    folder = STATIC.parent / "papers"
    assert {path.stem for path in folder.glob("*.typ")} == {"parts", *KINDS}
    assert all("contoh(" in (folder / name).read_text(encoding="utf-8") for name in ("parts.typ", "surat-polisi.typ"))


def test_the_page_has_a_sentence_for_every_code_of_the_control_api() -> None:
    sources = [path.read_text(encoding="utf-8") for path in STATIC.parent.glob("*_api.py") if path.name != "cloud_api.py"]
    codes = {code for source in sources for call in re.findall(r"HTTPException\((.+)\)", source) for code in re.findall(r'"([^"]+)"', call)}
    known = set(re.findall(r"^  ([a-z_]+): \"", (STATIC / "errors.js").read_text(encoding="utf-8"), re.MULTILINE))
    assert codes == known
    assert all(re.fullmatch(r"[a-z_]+", code) for code in codes)

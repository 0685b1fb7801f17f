"""Every mutant still fits the code: who changes those lines keeps the proof."""

import shutil
from pathlib import Path

import pytest

from tests.chaos.domain_mutants import DOMAIN_MUTANTS
from tests.chaos.mutant import Mutant, change
from tests.chaos.mutants import MUTANTS, ROOT


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mutant_fits_the_code_and_is_python(mutant: Mutant, tmp_path: Path) -> None:
    file = tmp_path / "mutant.py"
    shutil.copy(ROOT / mutant.file, file)
    change(mutant, file)
    compile(file.read_text(), mutant.file, "exec")
    assert file.read_text() != (ROOT / mutant.file).read_text()


def test_every_domain_has_mutants_of_its_own_and_each_names_its_judge() -> None:
    services = {mutant.file.split("/")[1] for mutant in DOMAIN_MUTANTS}
    assert services == {folder.parent.name for folder in (ROOT / "services").glob("*/domain")}
    assert all("/domain/" in mutant.file and (ROOT / test).is_file() for mutant in DOMAIN_MUTANTS for test in mutant.tests)
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)

"""Every mutant still fits the code: who changes those lines keeps the proof."""

import shutil
from pathlib import Path

import pytest

from tests.chaos.mutants import MUTANTS, ROOT, Mutant, change


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mutant_fits_the_code_and_is_python(mutant: Mutant, tmp_path: Path) -> None:
    file = tmp_path / "mutant.py"
    shutil.copy(ROOT / mutant.file, file)
    change(mutant, file)
    compile(file.read_text(), mutant.file, "exec")
    assert file.read_text() != (ROOT / mutant.file).read_text()

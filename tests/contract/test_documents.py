from __future__ import annotations

from pathlib import Path

import pytest

from deploy.docs import BEGIN, CIVIL_SERVICES, END, ROOT, files, left_over, with_table


@pytest.mark.parametrize(
    ("path", "content"), list(files()), ids=lambda value: str(value.relative_to(ROOT)) if hasattr(value, "relative_to") else ""
)
def test_generated_documents_are_what_the_code_says(path: object, content: bytes) -> None:
    assert path.read_bytes() == content, "run: make docs"  # type: ignore[attr-defined]


def test_a_table_is_replaced_and_the_rest_is_kept() -> None:
    assert with_table(f"a\n{BEGIN}\nold\n{END}\nb\n", "new\n") == f"a\n{BEGIN}\n\nnew\n\n{END}\nb\n"


def test_a_page_without_the_marks_is_refused() -> None:
    with pytest.raises(LookupError):
        with_table("a page", "new")


def test_no_page_is_of_a_service_that_there_is_not(tmp_path: Path) -> None:
    assert list(left_over(CIVIL_SERVICES)) == []
    (tmp_path / "kk_hilang.md").touch()
    (tmp_path / "kk_dahulu.md").touch()
    assert list(left_over(tmp_path)) == [tmp_path / "kk_dahulu.md"]

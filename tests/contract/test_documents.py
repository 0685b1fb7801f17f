from __future__ import annotations

import pytest

from deploy.docs import BEGIN, END, ROOT, files, with_table


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

"""What is typed into the search of tasks."""

import pytest

from services.verification.domain.search import search_beginnings, search_key


@pytest.mark.parametrize("typed", ["MDN-PVVD-UMLE", "mdn-xcut-kfcv", "MDN-7K4Q-9F2X", "mdn-tqmy"])
def test_a_receipt_is_one_word_with_or_without_a_digit(typed: str) -> None:
    assert search_beginnings(typed) == ((search_key(typed),),)


def test_a_name_is_a_word_for_each_of_its_words() -> None:
    assert len(search_beginnings("siti aminah")) == 2

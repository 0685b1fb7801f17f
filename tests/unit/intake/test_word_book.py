"""The words of the office: what may be added, and that a word which does harm is refused with the phrases that it harms."""

from collections.abc import Callable
from typing import Final

import pytest

from services.intake.domain.recognition import Wanted
from services.intake.domain.understanding import understand
from services.intake.domain.word_book import LONGEST, MOST_WORDS, AddedWord, Bench, WordBook, WordRefusal
from services.intake.wiring import TEMPLATES
from services.intake.wiring.lexicon import read_lexicon
from shared.reference.catalogue import catalogue

FILE: Final = (
    Wanted("kk_hilang", "kk saya ilang"),
    Wanted("pindah", "mau menetap di bali ikut anak"),
    Wanted("help.hours", "jam berapa buka"),
)
EMPTY: Final = WordBook()


def bench(is_taken: Callable[[str], bool] = lambda phrase: phrase == "batal") -> Bench:
    return Bench(FILE, lambda book: read_lexicon(TEMPLATES, catalogue(), book.meanings(), book.synonyms()), is_taken)


def test_a_new_word_is_tried_and_harms_nothing() -> None:
    trial = bench().attempt(EMPTY, AddedWord("gegotong pringgo", "kk_hilang"))
    assert (trial.refusal, trial.worse) == (None, ())
    assert trial.before is not None
    assert trial.after is not None
    assert trial.before.outcomes == trial.after.outcomes


def test_a_word_that_makes_a_phrase_worse_is_refused_and_the_phrase_is_named() -> None:
    trial = bench().attempt(EMPTY, AddedWord("ikut anak", "kk_hilang"))
    assert trial.refusal is WordRefusal.WORSE
    assert trial.worse == (FILE[1],)


def test_a_word_is_held_against_the_words_that_were_added_before() -> None:
    book = EMPTY.having(AddedWord("gegotong", "kk_hilang"))
    trial = bench().attempt(book, AddedWord("gegotong pringgo", "akta_mati"))
    assert trial.before is not None
    assert trial.before.phrases == len(FILE) + 1


@pytest.mark.parametrize(
    ("phrase", "meaning", "refusal"),
    [
        ("", "kk_hilang", WordRefusal.EMPTY),
        ("a 1", "kk_hilang", WordRefusal.EMPTY),
        ("pak bu", "kk_hilang", WordRefusal.EMPTY),
        ("x" * (LONGEST + 1), "kk_hilang", WordRefusal.EMPTY),
        ("kartu 0812 3456", "kk_hilang", WordRefusal.NUMBERS),
        ("batal", "kk_hilang", WordRefusal.COMMAND),
        ("ilang", "akta_mati", WordRefusal.ORDINARY),
        ("kk kulo ilang", "kk_hilang", WordRefusal.KNOWN),
        ("jam berapa", "status", WordRefusal.IN_VAIN),
    ],
)
def test_what_may_not_be_added(phrase: str, meaning: str, refusal: WordRefusal) -> None:
    assert bench().attempt(EMPTY, AddedWord(phrase, meaning)).refusal is refusal


def test_a_word_stands_in_the_book_once_and_the_book_has_an_end() -> None:
    book = EMPTY.having(AddedWord("Gegotong, Pringgo!", "kk_hilang"))
    assert bench().attempt(book, AddedWord("gegotong pringgo", "ktp_hilang")).refusal is WordRefusal.TWICE
    assert book.without("gegotong pringgo").words == {}
    full = WordBook({f"w{number}": AddedWord(f"w{number}", "kk_hilang") for number in range(MOST_WORDS)})
    assert bench().attempt(full, AddedWord("gegotong", "kk_hilang")).refusal is WordRefusal.FULL


def test_words_are_found_by_a_part_of_them_in_the_order_of_the_alphabet() -> None:
    book = WordBook().having(AddedWord("Mbrengkal soklat", "kk_hilang")).having(AddedWord("gegotong", "kk_hilang"))
    assert [word.phrase for word in book.search("")] == ["gegotong", "Mbrengkal soklat"]
    assert [word.phrase for word in book.search("KAL SOK")] == ["Mbrengkal soklat"]


def test_another_word_for_one_that_is_known_is_understood_wherever_that_is() -> None:
    word = AddedWord("Gegotong!", "", same_as="hilang")
    trial = bench().attempt(EMPTY, word)
    assert (trial.refusal, trial.worse) == (None, ())
    book = EMPTY.having(word)
    lexicon = read_lexicon(TEMPLATES, catalogue(), book.meanings(), book.synonyms())
    for text, meaning in (("kk saya gegotong", "kk_hilang"), ("ktp gegotong", "ktp_hilang")):
        assert understand(text, lexicon)[0][0] == meaning
    assert understand("kk saya gegotong", read_lexicon(TEMPLATES, catalogue()))[:1] != understand("kk saya gegotong", lexicon)[:1]
    assert book.phrases() == (), "it has no meaning that a phrase of its own could be held against"
    assert bench().attempt(book, AddedWord("gegotong", "pindah")).refusal is WordRefusal.TWICE


@pytest.mark.parametrize(
    ("phrase", "same_as", "refusal"),
    [
        ("gegotong pringgo", "hilang", WordRefusal.SEVERAL),
        ("gegotong", "brengkal", WordRefusal.NO_WORD),
        ("ilang", "hilang", WordRefusal.KNOWN),
        ("pindah", "hilang", WordRefusal.ORDINARY),
        ("batal", "hilang", WordRefusal.COMMAND),
        ("gg", "hilang", WordRefusal.EMPTY),
    ],
)
def test_what_can_not_stand_for_a_known_word(phrase: str, same_as: str, refusal: WordRefusal) -> None:
    assert bench().attempt(EMPTY, AddedWord(phrase, "", same_as=same_as)).refusal is refusal


def test_another_word_that_makes_a_phrase_worse_is_refused() -> None:
    harmed = Wanted("pindah", "mau pindah gegotong")
    trial = Bench((*FILE, harmed), bench().lexicon, lambda _: False).attempt(EMPTY, AddedWord("gegotong", "", same_as="cerai"))
    assert (trial.refusal, trial.worse) == (WordRefusal.WORSE, (harmed,))


def test_another_word_whose_word_is_gone_with_a_release_is_passed_over() -> None:
    assert read_lexicon(TEMPLATES, catalogue(), {}, {"gegotong": "brengkal"}).speller.known.get("gegotong") is None

"""Codes survive what people do to them, and what is left of one is never taken for another."""

import random
from itertools import pairwise
from time import process_time

import pytest

from services.intake.domain.outreach.codes import (
    ALPHABET,
    LONGEST,
    CodeCondition,
    FoundCode,
    completes,
    is_code,
    make_code,
    named_code,
    parse_code,
    read_code,
    slips,
)
from shared.values import Malformed

INTACT, DAMAGED = CodeCondition.INTACT, CodeCondition.DAMAGED
WISH = "Saya mau urus akta lahir"


def made(count: int) -> set[str]:
    """As many codes as asked for."""
    chance = random.Random(47)
    taken: set[str] = set()
    for _ in range(count):
        taken.add(make_code(chance.choice, taken))
    return taken


CODES = made(260)


@pytest.mark.parametrize("code", ["K7Q", "W2M", "T8N"])
def test_the_codes_of_the_printed_samples_add_up(code: str) -> None:
    assert is_code(code)


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        (f"{WISH} (#K7Q)", WISH),
        (f"{WISH.lower()} (#k7q)", WISH.lower()),
        (f"{WISH} #K7Q", WISH),
        (f"{WISH} # k7q", WISH),
        (f"{WISH} ( # k7q )", WISH),
        (f"{WISH} [#K7Q]", WISH),
        (f"{WISH} kode K7Q", WISH),
        (f"{WISH}, kode: k7q", f"{WISH},"),
        (f"(#K7Q) {WISH} pak, bisa?", f"{WISH} pak, bisa?"),
        (f"assalamualaikum {WISH} (#K7Q) anak saya", f"assalamualaikum {WISH} anak saya"),
        (f"{WISH} (＃Ｋ７Ｑ)", WISH),  # noqa: RUF001 - full-width, as some keyboards send
        ("#K7Q", ""),
        (f"{WISH}\n(#K7Q)", WISH),
        (f"{WISH} (#K\u200b7\u00adQ)", WISH),  # with letters that nobody sees, as it came out of some other app
        (f"{WISH} \u202e(#\u200eK7Q)\u202c", WISH),
    ],
)
def test_a_marked_code_is_taken_out_of_the_text(text: str, rest: str) -> None:
    read = read_code(text)
    assert (read.text, read.code) == (rest, FoundCode("K7Q", INTACT))


@pytest.mark.parametrize("text", [f"{WISH} (K7Q)", f"{WISH} k7q", f"K7Q {WISH}"])
def test_a_code_without_its_mark_counts_and_stays_in_the_text(text: str) -> None:
    read = read_code(text)
    assert (read.text, read.code) == (text, FoundCode("K7Q", INTACT, is_marked=False))


@pytest.mark.parametrize(
    ("text", "rest", "left"),
    [
        (f"{WISH} (#K7", WISH, "K7"),
        (f"{WISH} (#K", WISH, "K"),
        (f"{WISH} (#", WISH, ""),
        (f"{WISH} (#)", WISH, ""),
        (f"{WISH} (#K7R)", WISH, "K7R"),
        (f"{WISH} (#K7QQ)", WISH, "K7QQ"),
        (f"{WISH} #K7", f"{WISH} #K7", "K7"),
        (f"{WISH} kode K7", f"{WISH} kode K7", "K7"),
        (f"{WISH} (#K70)", WISH, "K70"),
    ],
)
def test_what_is_left_of_a_code_is_damaged(text: str, rest: str, left: str) -> None:
    read = read_code(text)
    assert (read.text, read.code) == (rest, FoundCode(left, DAMAGED))


@pytest.mark.parametrize(
    "text",
    [
        WISH,
        "#aktalahir gratis",
        "#KK",
        "rumah no. #12",
        "kode pos 63153",
        "kodenya apa ya",
        "Jl. Mawar 4 RT2 RW3",
        "fotokopi A4",
        "3519081708850003",
        "MDN-7K4Q-9F2X",
        "saya punya 2 anak (3)",
        "",
    ],
)
def test_what_is_no_code_is_left_alone(text: str) -> None:
    read = read_code(text)
    assert (read.text, read.code) == (text, None)


@pytest.mark.parametrize("blanks", [" " * 4000, "#" + " " * 4000, "kode " + "\u00a0" * 4000, "(" * 2000 + " " * 2000])
def test_a_message_of_blanks_is_read_at_once(blanks: str) -> None:
    """With time that grows by the square of its length each took a second, in which the process did nothing else."""
    began = process_time()
    assert read_code(f"a{blanks}a").code is None
    assert process_time() - began < 0.2


def test_a_field_of_its_own_takes_the_sentence_too() -> None:
    assert named_code(f"{WISH} (#K7Q)") == named_code(" k7q ") == FoundCode("K7Q", INTACT)
    assert named_code("K7") == FoundCode("K7", DAMAGED)
    assert named_code("balai desa") == FoundCode("BALAID", DAMAGED)


def test_of_two_forwarded_texts_the_last_code_counts() -> None:
    assert read_code(f"{WISH} (#W2M)\n{WISH} (#K7Q)").code == FoundCode("K7Q", INTACT)


def test_codes_grow_when_the_short_ones_are_given_out() -> None:
    assert {len(code) for code in made(60)} == {LONGEST - 1}
    assert {len(code) for code in CODES} == {LONGEST - 1, LONGEST}
    assert len(CODES) == 260


def test_every_code_is_read_out_of_its_sentence() -> None:
    assert all(read_code(f"{WISH} (#{code})").code == FoundCode(code, INTACT) for code in CODES)
    assert all(parse_code(f" #{code.lower()} ") == code for code in CODES)


def test_a_code_that_was_cut_off_is_no_other_code() -> None:
    for code in CODES:
        for length in range(1, len(code)):
            assert code[:length] not in CODES
            assert completes(code[:length], CODES) in (code, None)
        assert completes(code[:-1], CODES) == code


def test_two_characters_are_enough_of_a_short_code_however_many_follow() -> None:
    few = {code for code in CODES if len(code) < LONGEST}
    assert len(few) > 60
    assert all(completes(code[:2], CODES) == code for code in few)


def test_nobody_guesses_where_several_codes_begin_so() -> None:
    assert completes("K7", {"K7QB2", "K7RC3"}) is None
    assert completes("K", {"K7QB2"}) is None


def test_one_slip_leads_back_to_the_code_and_hardly_ever_to_another() -> None:
    several = 0
    for code in sorted(CODES)[::50]:
        slipped = {code[:place] + other + code[place + 1 :] for place in range(len(code)) for other in ALPHABET} - {code}
        for text in slipped:
            near = slips(text) & CODES
            assert code in near
            several += len(near) > 1
        assert not slips(code) & {code}
    assert several < 20  # of some 800: these stay unknown


@pytest.mark.parametrize("text", ["K7RQ", "7KQ", "KQ7"])
def test_a_swap_is_a_slip_and_two_are_not(text: str) -> None:
    assert ("K7Q" in slips(text)) == (text != "K7RQ")


def test_one_wrong_character_or_a_swap_never_adds_up() -> None:
    for code in sorted(CODES)[::7]:
        for place, own in enumerate(code):
            assert not any(is_code(code[:place] + other + code[place + 1 :]) for other in ALPHABET if other != own)
        for place, (one, other) in enumerate(pairwise(code)):
            assert one == other or not is_code(code[:place] + other + one + code[place + 2 :])


@pytest.mark.parametrize("text", ["", "K7", "K7R", "7KQ", "KKQ", "K7QQQQ", "akta"])
def test_what_does_not_add_up_is_no_code(text: str) -> None:
    with pytest.raises(Malformed):
        parse_code(text)

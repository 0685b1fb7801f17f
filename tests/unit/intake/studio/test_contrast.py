"""Letters on what is printed and posted can be read: WCAG 2.2, 1.4.3 (AA), 4.5 to 1 for text of any size."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from services.intake.wiring import TEMPLATES

_COLOUR = re.compile(r'#let ([a-z-]+) = (?:tone\("(#[0-9a-f]{3,6})", "(#[0-9a-f]{3,6})"\)|rgb\("(#[0-9a-f]{3,6})"\))')
_ANY = re.compile(r'"(#[0-9a-f]{3}(?:[0-9a-f]{3})?)"')
LEAST = 4.5
ON_PAPER = ("ink", "muted", "green", "red")
STUDIO = ("on-deep on deep", "ink on sun", *(f"{each} on {ground}" for ground in ("white", "soft") for each in ON_PAPER))
PAIRS = {
    "studio": (*STUDIO, "white on green"),
    "share": ("white on green", "ink on sun", "#d6eadd on green", "#e6f3ea on green"),
    "survey_report": ("ink on white", "quiet on white", "green on white", "ink on tint", "quiet on tint"),
}
"""What is written in which colour on which ground, by the file that names the colours."""
NO_LETTERS = frozenset({"#9fb3a7"})  # of the lines of a table


def colours(name: str, *, plain: bool) -> Mapping[str, str]:
    """The colours of a file by their names. `plain`: as it is printed black on white."""
    text = (TEMPLATES / "print" / f"{name}.typ").read_text(encoding="utf-8")
    named = {known: (other if plain and other else one or alone) for known, one, other, alone in _COLOUR.findall(text)}
    return {"white": "#fff"} | named


def luminance(colour: str) -> float:
    """Relative luminance, as WCAG has it."""
    digits = colour.removeprefix("#")
    whole = digits if len(digits) == 6 else "".join(2 * digit for digit in digits)
    parts = [int(whole[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_formula_is_that_of_wcag() -> None:
    assert contrast("#000", "#fff") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize(("name", "pair"), [(name, pair) for name, pairs in PAIRS.items() for pair in pairs])
def test_letters_stand_out_from_their_ground(name: str, pair: str, *, plain: bool) -> None:
    known = colours(name, plain=plain)
    letters, ground = (known.get(each, each) for each in pair.split(" on "))
    if plain and name == "studio" and pair == "white on green":
        letters, ground = "#000", "#fff"  # a number in its ring: black on white
    assert contrast(letters, ground) >= LEAST, f"{pair}: {contrast(letters, ground):.2f}"


def test_no_colour_is_used_that_was_not_looked_at() -> None:
    for name, pairs in PAIRS.items():
        named = colours(name, plain=False)
        looked_at = {named.get(each, each) for pair in pairs for each in pair.split(" on ")} | {"#000", "#fff"} | NO_LETTERS
        text = (TEMPLATES / "print" / f"{name}.typ").read_text(encoding="utf-8")
        assert set(_ANY.findall(text)) - looked_at == set(), name

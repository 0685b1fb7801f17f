"""The kinds of decisions that courts send: a file for each, `decisions/<kind>.toml`, from which body, clerk's form and documents are drawn.

What all of them carry, and what is asked of whom they name, stands in `data/decision.toml`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final

from shared.reference.courts import CourtKind
from shared.reference.forms import Field, Form

PARTY: Final = "party"
"""The type of a field that names somebody whose documents may follow: NIK, name, where they live."""
PERSON: Final = "person"
"""The type of a field that names somebody by NIK and name alone."""

_CODE: Final = re.compile(r"[a-z][a-z0-9_]{0,62}")
_KEYS: Final = frozenset({"name", "about", "court", "letters", "service", "ruled", "fields"})
_NEEDED: Final = frozenset({"name", "about", "court", "letters", "fields"})
_ONLY_HERE: Final = frozenset({"label", "served"})  # keys of a field that forms of services do not have
_LETTERS: Final = frozenset({"Pdt.P", "Pdt.G"})
_ROW: Final = re.compile(r"\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class DecisionKind:
    """One kind of decision.

    `court`: which courts may send it. `letters`: of its case numbers. `service`: of the catalogue, which follows from it; None: it is
    recorded and nothing follows. `form`: every field, those of the case first; a party or person is a group of one row. `persons`: the
    names of such fields, and `served` of those whose documents follow. `ruled`: fields of which the rules of the kind say by a code of
    their own that they are there or not: a body may have them, or leave them out.
    """

    id: str
    name: str
    about: str
    court: CourtKind
    letters: tuple[str, ...]
    service: str | None
    form: Form
    persons: tuple[str, ...]
    served: tuple[str, ...]
    ruled: tuple[str, ...]
    labels: Mapping[str, str]

    @property
    def own_fields(self) -> tuple[Field, ...]:
        """The fields beside those that every case has."""
        return self.form.fields[len(case_fields()) :]

    def label(self, path: str) -> str:
        """Return what a field is called: `deed_on`, `husband.nik`, `children[0].nik`; the path itself where there is no such field."""
        row, plain = _ROW.search(path), _ROW.sub("", path)
        found = self.labels.get(plain, plain)
        owner, _, inner = plain.partition(".")
        if inner and owner in self.persons:
            return f"{found} {self.labels[owner].lower()}"
        return f"{found} {int(row[1]) + 1}" if row else found


@cache
def decision_kinds() -> Mapping[str, DecisionKind]:
    """Return the kinds as shipped, read once.

    Raises:
        ValueError: a file says what nothing knows; the error begins with the file's name.
    """
    found = sorted(files(__package__).joinpath("decisions").iterdir(), key=lambda file: file.name)
    texts = {file.name.removesuffix(".toml"): file.read_text(encoding="utf-8") for file in found if file.name.endswith(".toml")}
    return MappingProxyType({kind: read_kind(kind, text) for kind, text in texts.items()})


def read_kind(kind: str, text: str) -> DecisionKind:
    """Return the kind that a file describes.

    Raises:
        ValueError: a key, type, list, court or letters that there are not; it begins with the file's name.
    """
    try:
        return _kind(kind, tomllib.loads(text))
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"decisions/{kind}.toml: {error}") from error


@cache
def case_fields() -> tuple[Field, ...]:
    """Return the fields that every case has."""
    return tuple(Field.of(_plain(row)) for row in _common()["case"])


@cache
def person_fields(kind: str) -> tuple[Field, ...]:
    """Return what is asked of a `party` or a `person`."""
    return tuple(Field.of(_plain(row)) for row in _common()[kind])


def _kind(kind: str, row: Mapping[str, Any]) -> DecisionKind:
    if missing := _NEEDED - set(row):
        raise ValueError(f"{', '.join(sorted(missing))} missing")
    if unknown := set(row) - _KEYS:
        raise ValueError(f"no key: {', '.join(sorted(unknown))}")
    if not _CODE.fullmatch(kind) or not row["letters"] or set(row["letters"]) - _LETTERS:
        raise ValueError("a kind is a code, and its letters are Pdt.P or Pdt.G")
    rows: Sequence[Mapping[str, Any]] = row["fields"]
    served = tuple(each["name"] for each in rows if each.get("served"))
    if ("service" in row) != bool(served):
        raise ValueError("a service follows for those who are served, and only for them")
    if any(each["type"] != PARTY for each in rows if each.get("served")):
        raise ValueError("only a party is served: where it lives decides which office does")
    return DecisionKind(
        id=kind,
        name=row["name"],
        about=row["about"],
        court=CourtKind(row["court"]),
        letters=tuple(row["letters"]),
        service=row.get("service"),
        form=Form((*case_fields(), *map(_field, rows))),
        persons=tuple(each["name"] for each in rows if each["type"] in (PARTY, PERSON)),
        served=served,
        ruled=tuple(row.get("ruled", ())),
        labels=MappingProxyType(dict(_labels((*_common()["case"], *rows)))),
    )


def _field(row: Mapping[str, Any]) -> Field:
    if row["type"] not in (PARTY, PERSON):
        return Field.of(_plain(row))
    count = [0 if row.get("optional") else 1, 1]
    rows = [_plain(each) for each in _common()[row["type"]]]
    return Field.of({"name": row["name"], "type": "group", "count": count, "fields": rows, "optional": bool(row.get("optional"))})


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row as the forms of services know it."""
    plain = {key: value for key, value in row.items() if key not in _ONLY_HERE}
    return plain | {"fields": [_plain(each) for each in row["fields"]]} if "fields" in row else plain


def _labels(rows: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    for row in rows:
        yield row["name"], row["label"]
        inner = _common()[row["type"]] if row["type"] in (PARTY, PERSON) else row.get("fields", ())
        for each in inner:
            yield f"{row['name']}.{each['name']}", each["label"]


@cache
def _common() -> Mapping[str, Any]:
    return tomllib.loads(files(__package__).joinpath("data/decision.toml").read_text(encoding="utf-8"))

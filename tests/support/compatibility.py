"""Whether consumers of the last release can still read what is published now, and the baseline that says what that release was.

`python -m tests.support.compatibility VERSION` freezes the schemas of all events, contents and decisions as the baseline of that version,
in the place of the one before. It is called by who tags a release; before the first tag there is no baseline, and contracts may still be
changed in place.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from shared.contracts import docs
from shared.contracts.registry import UPCASTERS

BASELINE: Final = Path(__file__).parents[1] / "contract" / "baseline"
"""Holds one folder, named after the version of the last tag, with a schema per event, content and decision."""

Schema = dict[str, Any]


def freeze(version: str, baseline: Path = BASELINE) -> None:
    """Make the contracts of today the baseline, in the place of the one before."""
    shutil.rmtree(baseline, ignore_errors=True)
    (baseline / version).mkdir(parents=True)
    for name, schema in docs.schemas().items():
        path = baseline / version / f"{name}.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(schema, indent=2) + "\n", encoding="utf-8")


def broken(baseline: Path = BASELINE, schemas: Mapping[str, Schema] | None = None) -> list[str]:
    """Return all that the baseline's readers could not read any more. An event may go only where an upcaster leads on from it."""
    known = docs.schemas() if schemas is None else schemas
    found = []
    for path in sorted(baseline.glob("*/**/*.json")):
        name = path.relative_to(baseline).with_suffix("").as_posix().split("/", 1)[1]
        if new := known.get(name):
            found += [f"{name} {line}" for line in breaks(json.loads(path.read_text(encoding="utf-8")), new)]
        elif name not in UPCASTERS:
            found.append(f"{name}: gone")
    return found


def breaks(old: Schema, new: Schema) -> list[str]:
    """Every reason why `new` would need a new version: a field gone, newly required, of another type, or with other allowed values."""
    return list(_compare(old, new, old.get("$defs", {}), new.get("$defs", {}), "", frozenset()))


def _resolve(schema: Schema, definitions: Schema) -> Schema:
    reference = schema.get("$ref")
    return definitions[reference.rsplit("/", 1)[1]] if reference else schema


def _compare(old: Schema, new: Schema, old_defs: Schema, new_defs: Schema, path: str, seen: frozenset[str]) -> Iterator[str]:
    name = old.get("$ref", "")
    if name and name in seen:
        return
    seen = seen | {name}
    old, new = _resolve(old, old_defs), _resolve(new, new_defs)
    for word in ("type", "const", "enum", "pattern", "format", "maxLength", "minLength", "maxItems", "minItems", "minimum", "maximum"):
        if old.get(word) != new.get(word):
            yield f"{path}: {word} {old.get(word)!r} became {new.get(word)!r}"
    before, after = old.get("properties", {}), new.get("properties", {})
    for field in sorted(set(before) - set(after)):
        yield f"{path}.{field}: gone"
    for field in sorted(set(new.get("required", ())) - set(old.get("required", ()))):
        yield f"{path}.{field}: newly required"
    for field in sorted(set(before) & set(after)):
        yield from _compare(before[field], after[field], old_defs, new_defs, f"{path}.{field}", seen)
    if "items" in old and "items" in new:
        yield from _compare(old["items"], new["items"], old_defs, new_defs, f"{path}[]", seen)
    for first, second in zip(old.get("anyOf", ()), new.get("anyOf", ()), strict=False):
        yield from _compare(first, second, old_defs, new_defs, path, seen)
    if len(old.get("anyOf", ())) != len(new.get("anyOf", ())):
        yield f"{path}: other alternatives"


if __name__ == "__main__":
    freeze(sys.argv[1])

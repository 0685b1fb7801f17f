"""Whether consumers of an old event schema can still read what the new one describes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Schema = dict[str, Any]


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

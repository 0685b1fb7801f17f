"""The rules of production, judged without their patience, and with other limits: so that a drill takes minutes and not days."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from deploy.local.watching import RULES

_FOR = re.compile(r"^(\s+for: )\S+$", re.MULTILINE)
_LIMIT = re.compile(r'(\{record: "(limit:[a-z_]+)", expr: vector)\([^)]*\)')


class HurriedRules:
    """A folder with both files of rules, whose limits can be changed while Prometheus reads them."""

    def __init__(self, folder: Path, patience_seconds: float) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        rules = (RULES / "rules.yaml").read_text(encoding="utf-8")
        (folder / "rules.yaml").write_text(_FOR.sub(rf"\g<1>{round(patience_seconds * 1000)}ms", rules), encoding="utf-8")
        self.limit({})

    def limit(self, changed: Mapping[str, float]) -> None:
        """Write the limits: those of production but for some.

        Raises:
            KeyError: there is no such limit.
        """
        text = (RULES / "limits.yaml").read_text(encoding="utf-8")
        if unknown := changed.keys() - {match[2] for match in _LIMIT.finditer(text)}:
            raise KeyError(*unknown)
        (self.folder / "limits.yaml").write_text(
            _LIMIT.sub(lambda found: f"{found[1]}({changed[found[2]]})" if found[2] in changed else found[0], text), encoding="utf-8"
        )

"""What npm brought (docs/adr/0021), and files that are served under names that change with their content."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

LIBRARIES: Final = Path(__file__).resolve().parents[2] / "node_modules"
"""Where `npm ci` puts what package-lock.json names: at the project's root."""
FOR_A_YEAR: Final[Mapping[str, str]] = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}
"""Headers of a file whose name holds its hash."""
_HASH_CHARACTERS: Final = 12  # of SHA-256: enough that another content has another name


def hashed_name(name: str, content: bytes) -> str:
    """Return the name under which a file is served: `desk.css` becomes `desk.0a1b2c3d4e5f.css`."""
    path = Path(name)
    return f"{path.stem}.{hashlib.sha256(content).hexdigest()[:_HASH_CHARACTERS]}{path.suffix}"

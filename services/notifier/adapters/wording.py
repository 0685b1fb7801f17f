"""Reads the texts from the folder `templates/` of this service."""

from __future__ import annotations

import tomllib
from importlib.resources import files

from services.notifier.domain.texts import Texts


def load_texts() -> Texts:
    """The texts, checked.

    Raises:
        ValueError: a notice is missing or names a field that does not exist.
    """
    return Texts.from_data(tomllib.loads((files("services.notifier") / "templates" / "notices.toml").read_text("utf-8")))

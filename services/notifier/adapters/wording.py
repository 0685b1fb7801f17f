"""Reads the texts from the folder `templates/` of this service; reasons and names of products and places from what all services share."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from services.notifier.domain.broadcast_texts import ApprovedText
from services.notifier.domain.broadcast_texts import approved_texts as read_approved
from services.notifier.domain.texts import NoticeTexts
from shared.reference.catalogue import catalogue
from shared.reference.reasons import reasons
from shared.reference.revocations import REVOKED, end_reasons
from shared.reference.service_files import office_place


def load_texts() -> NoticeTexts:
    """Return the texts, checked.

    Raises:
        ValueError: a notice is missing or names a field that does not exist.
    """
    data = _file("notices")
    known = catalogue()
    products = known.products
    shared = {
        "reasons": {code: reason.text for code, reason in reasons().items()},
        "revocations": {code: reason.told for code, reason in end_reasons(REVOKED).items()},
        "products": {code: product.name for code, product in products.items()},
        "documents": {code: product.document for code, product in products.items()},
        "file_names": {code: product.file_name for code, product in products.items()},
        "first_products": {code: service.products[0] for code, service in known.services.items() if service.products},
        "office": office_place().name,
    }
    return NoticeTexts.from_data(data | shared)


def approved_texts() -> Mapping[str, ApprovedText]:
    """Return the templates that a broadcast may use, by name.

    Raises:
        ValueError: one is wrong.
    """
    return read_approved(_file("broadcasts"))


def _file(name: str) -> dict[str, Any]:
    return tomllib.loads((files("services.notifier") / "templates" / f"{name}.toml").read_text("utf-8"))

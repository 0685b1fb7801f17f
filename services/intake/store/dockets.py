"""The collection `dockets`: the latest requests for each person."""

from __future__ import annotations

from typing import Final

from services.intake.domain.docket import Docket
from services.intake.store.parts import tally_from, tally_to
from shared.mongo import Doc, DocumentMapping


def _docket_to(docket: Docket) -> Doc:
    return {"tally": tally_to(docket.tally), "latest": {service: list(ids) for service, ids in docket.latest.items()}}


def _docket_from(doc: Doc) -> Docket:
    return Docket(doc["_id"], tally_from(doc["tally"]), {service: tuple(ids) for service, ids in doc["latest"].items()})


DOCKETS: Final[DocumentMapping[Docket]] = DocumentMapping("dockets", lambda docket: docket.key, _docket_to, _docket_from)

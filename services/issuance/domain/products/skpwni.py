"""The surat keterangan pindah WNI (SKPWNI), with which people register at the office of another regency. Pure."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from services.issuance.domain.products.spec import Content, DocumentForm, FillContext, RenderInput, Spec, always, printed_address

_AS_GIVEN: Final = (
    *("kk_number", "head_name", "applicant_nik", "applicant_name", "reason", "move_class", "who_moves"),
    *("card_of_stayers", "card_of_movers", "planned_on"),
)


def fill(content: Content, context: FillContext) -> RenderInput:
    """Return who moves, from where and to where, and the last day on which the letter can be used."""
    destination = content["destination"]
    return {
        **{name: content[name] for name in _AS_GIVEN},
        "address": printed_address(content["address"]),
        "destination": {**destination, "rt_rw": f"{destination['rt']}/{destination['rw']}"},
        "valid_until": (context.issued_on + timedelta(days=content["valid_days"])).isoformat(),
        "valid_days": content["valid_days"],
        "movers": [dict(mover) for mover in content["movers"]],
    }


SPEC: Final = Spec(content_type="moving_letter.v1", template="skpwni", form=DocumentForm.PDF, number_kind=always("SP"), fill=fill)

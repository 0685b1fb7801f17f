"""Who a contact is: linked at the counter or by an officer's decision, looked up, ended (ADR 15)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from services.intake.domain import links
from services.intake.domain.contacts import Contact, Identity
from services.intake.domain.links import Level, Link
from services.intake.domain.requests import Channel
from services.intake.ports import Deps, Tx
from shared.errors import DomainError, NotFound
from shared.logs import get
from shared.values import Nik

_log = get("people")


@dataclass(frozen=True, slots=True)
class Grant:
    """Who was proven on which contact, how, and by whom."""

    identity: Identity
    nik: Nik
    level: Level
    by: str


async def link_person(tx: Tx, deps: Deps, grant: Grant) -> dict[str, Any]:
    """Link a contact, known or new, to a person. Another person's link on it ends; the same person's is renewed."""
    known = await tx.contacts_of(grant.identity)
    contact = known[-1] if known else Contact(deps.new_id())
    if not known:
        contact = replace(contact, wa_id=grant.identity.wa_id, bsuid=grant.identity.bsuid)
        tx.add_contact(contact)
    return _view(_linked(tx, deps, contact, grant.nik.text, grant.level, grant.by))


async def note_identity_proven(tx: Tx, deps: Deps, request_id: str, by: str) -> None:
    """Take that an officer compared the selfie of a request with the KTP: its sender is the person whose document it is.

    Raises:
        NotFound: `requests_not_found`.
        DomainError: `sender_has_no_contact`: only a chat can be linked.
    """
    request = await tx.request(request_id)
    if request.origin.channel is not Channel.WHATSAPP or request.origin.contact_id is None:
        raise DomainError("sender_has_no_contact")
    contact = await tx.contact(request.origin.contact_id)
    if contact.address != request.origin.address:
        _log.info("link.not_granted", request_id=request_id, reason="changed_hands")  # the selfie was the former holder's
        return
    _linked(tx, deps, contact, request.person.nik, Level.SELFIE, by)


async def find_links(tx: Tx, deps: Deps, identity: Identity | None, nik: Nik | None) -> list[dict[str, Any]]:
    """The links of a contact, or to a person, ended ones too: the latest first."""
    contacts = await tx.contacts_of(identity) if identity else await tx.contacts_linked_to(nik.text) if nik else ()
    now = deps.clock()
    found = [(contact, link) for contact in contacts for link in contact.links if nik is None or link.nik == nik.text]
    found.sort(key=lambda pair: pair[1].granted_at, reverse=True)
    return [{**_view(link), "stands": link.stands(now), "contact": _masked(contact)} for contact, link in found]


async def revoke_link(tx: Tx, deps: Deps, link_id: str, by: str) -> dict[str, Any]:
    """End a link at once; one that has ended stays as it is.

    Raises:
        NotFound: `link_not_found`.
    """
    contact = await tx.find_contact_of_link(link_id)
    if contact is None:
        raise NotFound("link_not_found", "There is no link of this id.")
    ended = replace(contact, links=links.revoke(contact.links, link_id, by, deps.clock()))
    if ended != contact:
        tx.save_contact(ended)
        _log.info("link.revoked", link_id=link_id, by=by)
    return _view(next(link for link in ended.links if link.link_id == link_id))


def _linked(tx: Tx, deps: Deps, contact: Contact, nik: str, level: Level, by: str) -> Link:
    now = deps.clock()
    link = Link(deps.new_id(), nik, level, by, now, now + deps.link_lasts)
    tx.save_contact(replace(contact, links=links.grant(contact.links, link)))
    _log.info("link.granted", link_id=link.link_id, level=level.value, by=by)
    return link


def _view(link: Link) -> dict[str, Any]:
    """What may be shown of it: not whose it is, which the caller knows or may not know."""
    return {
        "link_id": link.link_id,
        "level": link.level.value,
        "granted_by": link.granted_by,
        "granted_at": link.granted_at.isoformat(),
        "expires_at": link.expires_at.isoformat(),
        "end": link.end.value if link.end else None,
        "ended_at": link.ended_at.isoformat() if link.ended_at else None,
    }


def _masked(contact: Contact) -> str:
    """The last three characters of a phone or account."""
    return f"…{contact.address[-3:]}"

"""Links between chats and people: granted at the counter or by an officer's decision, looked up, revoked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from services.intake.domain.chat import Say
from services.intake.domain.contacts import ChatContact, ChatIdentity
from services.intake.domain.links import NOBODY, Level, PersonLink, died, granted, revoked
from services.intake.handlers.replying import tell
from services.intake.ports import Deps, Tx
from shared.errors import NotFound
from shared.logs import get
from shared.reference.population import Effect
from shared.values import Channel

_log = get("people")


async def grant_link(tx: Tx, deps: Deps, identity: ChatIdentity, nik: str, client: str) -> PersonLink:
    """Link a chat to the person at the counter; a chat that never wrote to us becomes a contact."""
    at = deps.clock()
    known = await tx.contacts_of(identity)
    link = _link(deps, nik, Level.COUNTER, client, at)
    if known:
        contact = known[-1]
        tx.save_contact(replace(contact, links=granted(contact.links, link)))
    else:
        contact = ChatContact(deps.new_id(), wa_id=identity.wa_id, bsuid=identity.bsuid, links=(link,))
        tx.add_contact(contact)
        tx.save_conversation(await tx.conversation(contact.contact_id))
    _tell(tx, "link.granted", link, client)
    return link


async def link_sender(tx: Tx, deps: Deps, request_id: str, officer_id: str, at: datetime) -> None:
    """Link the chat that filed a request to its applicant: an officer has compared the selfie.

    Skipped if the account has changed hands since: its new owner is not on the photo.
    """
    request = await tx.request(request_id)
    origin = request.origin
    if origin.channel is not Channel.WHATSAPP or origin.contact_id is None:
        return
    contact = await tx.contact(origin.contact_id)
    if contact.merged_into is not None:
        contact = await tx.contact(contact.merged_into)
    if origin.address not in (contact.wa_id, contact.bsuid):
        _log.warning("link.not_granted", request_id=request_id, reason="changed_hands")
        return
    link = _link(deps, request.form.applicant_nik, Level.OFFICER, officer_id, at)
    tx.save_contact(replace(contact, links=granted(contact.links, link)))
    _tell(tx, "link.granted", link, officer_id)


async def revoke_link(tx: Tx, deps: Deps, link_id: str, client: str) -> PersonLink:
    """End a link before its time.

    Raises:
        NotFound: `link_not_found`.
        DomainError: `link_ended`.
    """
    contact = await tx.find_link_holder(link_id)
    if contact is None:
        raise NotFound("link_not_found", "There is no link of this id.")
    links = revoked(contact.links, link_id, client, deps.clock())
    tx.save_contact(replace(contact, links=links))
    link = next(link for link in links if link.link_id == link_id)
    _tell(tx, "link.revoked", link, client)
    return link


async def note_register(tx: Tx, deps: Deps, effects: Iterable[tuple[str, str]], at: datetime) -> None:
    """End the links to those who died by the register: whoever writes from such an account now is somebody else.

    Args:
        tx: The unit of work.
        deps: The dependencies of the process.
        effects: The NIK of each person whose row changed, with what became of them: `died`, `born`, …
        at: When.
    """
    for nik, effect in effects:
        if effect == Effect.DIED:
            await _end_links(tx, deps, nik, at)


async def tell_cardless(tx: Tx, deps: Deps, niks: Iterable[str], at: datetime) -> None:
    """Tell those whose family card ended that they need another one, where a chat is known to be theirs; nobody hears whose doing it is."""
    told: set[str] = set()
    for nik in niks:
        for found in await deps.people.linked_to(nik):
            contact = await tx.contact(found.contact_id)
            link = contact.link_at(at)
            if contact.contact_id in told or link is None or link.nik != nik or not contact.is_served:
                continue
            told.add(contact.contact_id)
            await tx.conversation(contact.contact_id)  # what is said in it is counted there
            tell(tx, deps, contact, Say("card_ended", {"office": deps.texts.office}, ("menu", "officer")))


async def _end_links(tx: Tx, deps: Deps, nik: str, at: datetime) -> None:
    for found in await deps.people.linked_to(nik):
        contact = await tx.contact(found.contact_id)
        ended = tuple(link for link in contact.links if link.nik == nik and link.is_valid(at))
        if ended:
            tx.save_contact(replace(contact, links=died(contact.links, nik, at)))
        for link in ended:
            _tell(tx, "link.ended", link, NOBODY)


async def find_links(tx: Tx, deps: Deps, identity: ChatIdentity | None, nik: str | None) -> Sequence[PersonLink]:
    """Return the links of a chat, or of a person, the newest first; ended ones included."""
    found = await deps.people.linked_to(nik) if nik is not None else ()
    contacts = found if identity is None else await tx.contacts_of(identity)
    links = [link for contact in contacts for link in contact.links if nik is None or link.nik == nik]
    return sorted(links, key=lambda link: link.granted_at, reverse=True)


def _link(deps: Deps, nik: str, level: Level, by: str, at: datetime) -> PersonLink:
    return PersonLink(deps.new_id(), nik, level, at, by, at + deps.limits.link_lifetime)


def _tell(tx: Tx, what: str, link: PersonLink, by: str) -> None:
    """Log after the commit who granted or ended which link (UU 27/2022 article 31), never whose it is."""
    tx.on_commit(lambda: _log.info(what, link_id=link.link_id, level=link.level.value, by=by))

"""Consent to the use of personal data (UU 27/2022): told at the first contact, given by going on, told anew where the text changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from services.intake.domain.contacts import ChatContact, Consent


def going_on(contact: ChatContact, version: str, at: datetime) -> ChatContact:
    """Return the contact after a message: who was told what their data are used for, and goes on, agrees to that."""
    if contact.told_version != version or (contact.consent is not None and contact.consent.version == version):
        return contact
    return replace(contact, consent=Consent(version, at))


def must_be_told(contact: ChatContact, version: str) -> bool:
    """Return whether the person was never told this version."""
    return contact.told_version != version


def told(contact: ChatContact, version: str) -> ChatContact:
    """Return the contact as told."""
    return replace(contact, told_version=version)

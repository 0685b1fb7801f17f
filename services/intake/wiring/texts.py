"""The texts of intake, read from its templates at the start: what the chat says, what people write, what officers choose from."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

from services.intake.domain.cards import CardWords
from services.intake.domain.desk_texts import CannedReply, DeskTexts, TemplateChoice
from services.intake.domain.forms import ServiceMenu
from services.intake.domain.texts import Dates, DialogueTexts
from services.intake.domain.words import Meaning, Vocabulary, plain
from services.intake.wiring.lexicon import read_lexicon
from shared.clock import WIB
from shared.reference.catalogue import Offer
from shared.reference.file_kinds import file_kinds
from shared.reference.labels import labels
from shared.reference.reasons import reasons
from shared.reference.service_files import office_place

TEMPLATES: Final = Path(__file__).parents[1] / "templates"


@cache
def read_texts(folder: Path, address: str = "", phone: str = "") -> DialogueTexts:
    """Read the texts of the dialogue: those of every chat, and those of the services' forms.

    `address` and `phone` of the office stand in the answers that ask for them, where they are known.

    Raises:
        OSError: a file can't be read.
        KeyError: a table is missing.
    """
    document = tomllib.loads((folder / "dialogue.toml").read_text(encoding="utf-8"))
    dates = document["dates"]
    sentences = {code: reason.text for code, reason in reasons().items()}
    written = Dates(**dates)
    texts = document["texts"] | {f"{name}.label": label for name, label in labels().items()}
    texts |= {f"kind.{kind}": text for kind, text in document["kind"].items()}
    faq = tomllib.loads((folder / "faq.toml").read_text(encoding="utf-8"))
    texts |= {f"{part}.{name}": text for part in ("answers", "needs") for name, text in faq[part].items()}
    for known, value in (("address", address.strip()), ("phone", phone.strip())):
        if value:
            texts |= {f"answers.{name}": text.replace(f"{{{known}}}", value) for name, text in faq[f"with_{known}"].items()}
    texts |= {name: text for file in sorted((folder / "forms").glob("*.toml")) for name, text in _form_texts(file)}
    texts = {name: _with_kinds(text) for name, text in texts.items()}
    version, news = document["consent"]["version"], document["news"]["version"]
    return DialogueTexts(texts, document["buttons"], document["states"], sentences, written, WIB, office_place().name, version, news)


def _with_kinds(text: str) -> str:
    """Return a text that names the kinds of files that may be sent."""
    kinds = file_kinds()
    return text.replace("{file_kinds}", kinds.words).replace("{photo_kinds}", kinds.photo_words)


def read_card_words(path: Path) -> CardWords:
    """Return what the cards of services say beside the catalogue.

    Raises:
        OSError: the file can't be read.
        KeyError: a table is missing.
    """
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    return CardWords(document["groups"], document["when"])


def _form_texts(file: Path) -> Iterator[tuple[str, str]]:
    """Yield `<service>.<field>.<what>`, of a field in a row of a group `<service>.<group>.<field>.<what>`."""
    waiting: list[tuple[str, Any]] = [(file.stem, tomllib.loads(file.read_text(encoding="utf-8")))]
    while waiting:
        name, value = waiting.pop()
        if isinstance(value, str):
            yield name, value
        else:
            waiting.extend((f"{name}.{key}", inner) for key, inner in value.items())


def read_vocabulary(path: Path, menu: ServiceMenu) -> Vocabulary:
    """Return what people write. The number, the name and the words of a service are understood by themselves.

    Raises:
        OSError: the file can't be read.
        ValueError: an unknown command.
    """
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    commands = {word: Meaning(name) for name, words in document["commands"].items() for word in words}
    numbered = {str(number): code for number, code in enumerate(menu.forms, start=1)}
    open_or_online = [each for each in menu.catalogue.services.values() if each.offer is Offer.ONLINE or each.id in menu.forms]
    phrases = {plain(word): service.id for service in open_or_online for word in service.words}
    named = {plain(menu.title(code)): code for code in menu.forms}
    in_person = {plain(word): code for code, service in menu.in_person.items() if code not in menu.forms for word in service.words}
    officer = tuple(plain(phrase) for phrase in document["phrases"]["officer"])
    lexicon, polite = read_lexicon(path.parent, menu.catalogue), frozenset(document["phrases"]["polite"])
    return Vocabulary(commands, phrases | named, in_person, lexicon, officer, numbered, polite)


def read_desk_texts(path: Path) -> DeskTexts:
    """Return what officers choose from when they write in a chat.

    Raises:
        OSError: the file can't be read.
        KeyError: something is missing in it.
    """
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    canned = tuple(CannedReply(row["code"], row["title"], row["text"]) for row in document["canned"])
    templates = tuple(
        TemplateChoice(row["name"], row["title"], row["language"], row["text"], tuple(row.get("needs", ()))) for row in document["template"]
    )
    return DeskTexts(canned, templates)

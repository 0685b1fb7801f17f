"""The form of a post: what was typed, pictures that are made anew as they come, and a piece of the studio to begin with."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import zip_longest
from typing import Final, Self

from starlette.datastructures import FormData, UploadFile

from services.notifier.domain.posting.accounts import SocialAccount
from services.notifier.domain.posting.post import (
    ALT_MOST,
    PICTURES_MOST,
    TEXT_MOST,
    TITLE_MOST,
    PostContent,
    PostPicture,
    PostTarget,
    SocialPost,
)
from services.notifier.ports import Deps
from shared.clock import WIB
from shared.errors import DomainError, TooLarge, Transient
from shared.ids import new_id
from shared.mongo.files import StoredFile
from shared.web.storage_gate import AGAIN_SECONDS, STORAGE_LOW

SLOTS: Final = 3  # pictures that one form takes at once: with the front door's limit each may have 5 MB
_CHUNK_BYTES: Final = 64 * 1024
_TYPES: Final = frozenset({"image/jpeg", "image/png"})
_CODE_MOST: Final = 8


@dataclass(frozen=True, slots=True)
class PostForm:
    """What stands in the form. `when`: local, as the field has it, "" once it is approved; `codes`: of an account, where it differs."""

    title: str = ""
    text: str = ""
    when: str = ""
    code: str = ""
    accounts: tuple[str, ...] = ()
    codes: Mapping[str, str] | None = None
    pictures: tuple[PostPicture, ...] = ()

    @classmethod
    def of_post(cls, post: SocialPost, now: datetime) -> Self:
        """Return the form of a post that is to be mended; a time that has passed is left empty."""
        content = post.content
        sources = [target.source for target in content.targets]
        general = max(set(sources), key=sources.count)
        return cls(
            title=content.title,
            text=content.text,
            when=content.at.astimezone(WIB).strftime("%Y-%m-%dT%H:%M") if content.at > now else "",
            code=general,
            accounts=tuple(target.account for target in content.targets),
            codes={target.account: target.source for target in content.targets if target.source != general},
            pictures=content.pictures,
        )

    def code_of(self, account: str) -> str:
        """Return the code that was typed for an account."""
        return (self.codes or {}).get(account, "")

    def content(self, now: datetime) -> PostContent:
        """Return what it says.

        Raises:
            DomainError: `time_wrong`.
        """
        targets = tuple(PostTarget(account, self.code_of(account) or self.code) for account in self.accounts)
        return PostContent(self.title, self.text, self.pictures, targets, _moment(self.when) if self.when else now)


def read_words(deps: Deps, sent: FormData, before: PostForm) -> PostForm:
    """Return what the page sent but for its pictures, which are those of before: a refused picture takes no words with it.

    Raises:
        DomainError: `title_missing` where more came than the form has.
    """
    codes = zip(deps.posting.accounts, sent.getlist("kode_akun"), strict=False)
    return PostForm(
        title=_text(sent.get("judul"), TITLE_MOST),
        text=str(sent.get("pesan") or "").replace("\r\n", "\n")[:TEXT_MOST],
        when=_text(sent.get("pada"), 20),
        code=_code(sent.get("kode")),
        accounts=tuple(dict.fromkeys(str(each)[:40] for each in sent.getlist("akun"))),
        codes={account: code for account, typed in codes if (code := _code(typed))},
        pictures=before.pictures,
    )


async def with_pictures(deps: Deps, sent: FormData, form: PostForm) -> PostForm:
    """Return the form with the pictures that the page sent, in our store; those that were there before keep their place.

    Raises:
        DomainError: `file_not_found`, `too_many_pictures`.
        TooLarge: `file_too_large`.
        BadInput: `file_empty`, `media_type_not_accepted`, `file_damaged`, `picture_too_large`.
        Transient: `storage_low` where a new picture came.
    """
    kept = [await _known(deps, str(file_id), _text(alt, ALT_MOST)) for file_id, alt in _pairs(sent, "ada", "alt_ada")]
    dropped = {str(each) for each in sent.getlist("lepas")}
    for upload, alt in _pairs(sent, "gambar", "alt"):
        if isinstance(upload, UploadFile) and upload.filename:
            kept.append(await _stored(deps, upload, _text(alt, ALT_MOST)))
    if len(kept) > PICTURES_MOST:
        raise DomainError("too_many_pictures", str(PICTURES_MOST))
    return replace(form, pictures=tuple(picture for picture in kept if picture.file_id not in dropped))


def read_revision(sent: FormData) -> int:
    """Return the revision that whoever mends a post began with; 0 where the page does not say."""
    said = _text(sent.get("revisi"), 9)
    return int(said) if said.isascii() and said.isdigit() else 0


async def form_of_piece(deps: Deps, piece_id: str) -> PostForm:
    """Return a form that begins with a piece; its picture is kept as it is now, for that is what will be published.

    Raises:
        NotFound: `piece_not_found`.
        DomainError: `piece_over`.
        Transient: `pieces_unavailable`, `storage_low`.
        BadInput: its picture can't be taken.
    """
    piece = await deps.posting.pieces.fetch(piece_id)
    fits = [account for account in deps.posting.accounts.values() if account.platform == piece.channel]
    named = [account for account in fits if piece.account and piece.account in account.name]
    pictures = (await _made_anew(deps, _bytes(piece.picture), piece.alt),) if piece.picture else ()
    return PostForm(piece.title[:TITLE_MOST], piece.text, code=piece.source, accounts=_codes((named or fits)[:1]), pictures=pictures)


def _codes(accounts: Sequence[SocialAccount]) -> tuple[str, ...]:
    return tuple(account.code for account in accounts)


async def _known(deps: Deps, file_id: str, alt: str) -> PostPicture:
    stored = await deps.posting.pictures.find(file_id)
    if stored is None:
        raise DomainError("file_not_found")
    return _picture(stored, alt)


async def _stored(deps: Deps, upload: UploadFile, alt: str) -> PostPicture:
    if upload.size is not None and upload.size > deps.posting.policy.picture_most_bytes:  # known before a byte is written
        raise TooLarge("file_too_large")
    return await _made_anew(deps, _chunks(upload), alt)


async def _made_anew(deps: Deps, chunks: AsyncIterator[bytes], alt: str) -> PostPicture:
    if deps.posting.is_storage_low():
        raise Transient(STORAGE_LOW, after_seconds=AGAIN_SECONDS)
    most = deps.posting.policy.picture_most_bytes
    return _picture(await deps.posting.pictures.put(new_id(), chunks, max_bytes=most, media_types=_TYPES), alt)


def _picture(stored: StoredFile, alt: str) -> PostPicture:
    width, height = stored.metadata["size"]
    return PostPicture(stored.file_id, width, height, alt)


async def _chunks(upload: UploadFile) -> AsyncIterator[bytes]:
    while chunk := await upload.read(_CHUNK_BYTES):
        yield chunk


async def _bytes(content: bytes) -> AsyncIterator[bytes]:
    yield content


def _pairs(sent: FormData, first: str, second: str) -> list[tuple[UploadFile | str, UploadFile | str]]:
    return list(zip_longest(sent.getlist(first), sent.getlist(second)[: len(sent.getlist(first))], fillvalue=""))[: PICTURES_MOST * 2]


def _text(value: UploadFile | str | None, most: int) -> str:
    return " ".join(value.split())[:most] if isinstance(value, str) else ""


def _code(value: UploadFile | str | None) -> str:
    return _text(value, _CODE_MOST + 1).lstrip("#").upper()[:_CODE_MOST]


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=WIB).astimezone(UTC)
    except (ValueError, OverflowError):
        raise DomainError("time_wrong") from None

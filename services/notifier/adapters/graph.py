"""The Graph API of Meta: posts of an Instagram account and a Facebook page, their numbers, answers to who wrote.

Sources: developers.facebook.com/docs/instagram-platform/content-publishing (container, status, media_publish, content_publishing_limit),
/docs/instagram-platform/instagram-graph-api/reference (ig-user/media, ig-container, ig-media, ig-comment/replies),
/docs/instagram-platform/reference/instagram-media/insights, /docs/pages-api/posts, /docs/graph-api/reference/page/photos,
/docs/graph-api/reference/insights, /docs/messenger-platform/instagram. The token goes in a header, never in an address.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

import httpx
import orjson

from services.notifier.adapters.network import retry_after_seconds, what_happened
from services.notifier.domain.outcome import Accepted, Known, Outcome, Refused, Unanswered
from services.notifier.domain.posting.accounts import Platform, SocialAccount
from services.notifier.domain.posting.measure import Counts
from services.notifier.domain.posting.remark import RemarkKind
from services.notifier.ports.posting import AnsweredTo, FoundPost, PictureAddress, PreparedCondition, PreparedPost
from shared.clock import Clock
from shared.faults import call_points, crash_point

T = TypeVar("T")
U = TypeVar("U")

_LOOKED_AT: Final = 50  # newest posts among which one is looked for: half of what an account may publish in a day
_SKEW: Final = timedelta(minutes=2)  # between our clock and Meta's
_GONE: Final = frozenset({24, 100})  # codes that say of a container that there is none
_CONDITIONS: Final[Mapping[str, PreparedCondition]] = {
    "IN_PROGRESS": PreparedCondition.NOT_YET,
    "PUBLISHED": PreparedCondition.SHOWN,
    "EXPIRED": PreparedCondition.GONE,
}
_UNREADABLE: Final = Unanswered("answer_unreadable")
_WORDS_ALONE: Final = "words"
"""Stands for what was prepared of a page's post without pictures: nothing."""
_IG_METRICS: Final[Mapping[str, str]] = {
    "reach": "reach",
    "views": "views",
    "likes": "likes",
    "comments": "comments",
    "shares": "shares",
    "saved": "saves",
}
_PAGE_METRICS: Final[Mapping[str, str]] = {"post_total_media_view_unique": "reach", "post_media_view": "views"}


class Graph:
    """`ports.SocialGraph`. `tokens`: of each account by its code."""

    def __init__(self, http: httpx.AsyncClient, *, base_url: str, version: str, tokens: Mapping[str, str], clock: Clock) -> None:
        self._http = http
        self._base = f"{base_url.rstrip('/')}/{version}"
        self._tokens = dict(tokens)
        self._clock = clock

    async def prepare(self, account: SocialAccount, text: str, pictures: Sequence[PictureAddress]) -> PreparedPost | Outcome:
        if account.platform is Platform.FACEBOOK:
            return await self._upload_photos(account, pictures)
        if len(pictures) == 1:
            return _held(await self._container(account, pictures[0], {"caption": text}))
        children: list[str] = []
        for picture in pictures:
            child = await self._container(account, picture, {"is_carousel_item": "true"})
            if not isinstance(child, Accepted):
                return child
            children.append(child.provider_id or "")
        body = {"media_type": "CAROUSEL", "children": ",".join(children), "caption": text}
        return _held(await self._post(account, f"{account.node}/media", body, where="graph_prepare"), *children)

    async def condition(self, account: SocialAccount, prepared: tuple[str, ...]) -> PreparedCondition | Outcome:
        return await _understood(self._condition(account, prepared), _UNREADABLE)

    async def _condition(self, account: SocialAccount, prepared: tuple[str, ...]) -> PreparedCondition | Outcome:
        if account.platform is Platform.FACEBOOK:
            return PreparedCondition.READY
        answer = await self._get(account, prepared[0], {"fields": "status_code,status"})
        if not isinstance(answer, dict):
            return PreparedCondition.GONE if isinstance(answer, Refused) and answer.code in _GONE else answer
        status = answer.get("status_code")
        if status == "ERROR":
            return Refused(400, *_status_codes(str(answer.get("status", ""))))
        return await self._room(account) if status == "FINISHED" else _CONDITIONS.get(str(status), PreparedCondition.GONE)

    async def publish(self, account: SocialAccount, text: str, prepared: tuple[str, ...]) -> Outcome:
        if account.platform is Platform.INSTAGRAM:
            return await self._post(account, f"{account.node}/media_publish", {"creation_id": prepared[0]}, where="graph_publish")
        photos = [photo for photo in prepared if photo != _WORDS_ALONE]
        body = {"message": text} | {f"attached_media[{n}]": json.dumps({"media_fbid": photo}) for n, photo in enumerate(photos)}
        return await self._post(account, f"{account.node}/feed", body, where="graph_publish")

    async def find(self, account: SocialAccount, text: str, prepared: tuple[str, ...], since: datetime) -> FoundPost | Known:
        return await _understood(self._find(account, text, prepared, since), Known.UNREACHABLE)

    async def _find(self, account: SocialAccount, text: str, prepared: tuple[str, ...], since: datetime) -> FoundPost | Known:
        if account.platform is Platform.FACEBOOK:
            return await self._find_on_page(account, text, prepared, since)
        answer = await self._get(account, prepared[0], {"fields": "status_code"}) if prepared else None
        if isinstance(answer, dict) and answer.get("status_code") in ("FINISHED", "IN_PROGRESS", "ERROR", "EXPIRED"):
            return Known.NO
        if not isinstance(answer, dict) and not (isinstance(answer, Refused) and answer.code in _GONE):
            return Known.UNREACHABLE
        shown = await self._get(account, f"{account.node}/media", {"fields": "id,caption,permalink,timestamp", "limit": str(_LOOKED_AT)})
        found = _matching(shown, "caption", "timestamp", text, since)
        if found is None:
            return Known.UNREACHABLE
        for each in found:
            return FoundPost(str(each["id"]), each.get("permalink"))
        return Known.UNREACHABLE if isinstance(answer, dict) else Known.NO  # published, but not in the list yet

    async def link_of(self, account: SocialAccount, provider_id: str) -> str | None:
        field = "permalink" if account.platform is Platform.INSTAGRAM else "permalink_url"
        answer = await self._get(account, provider_id, {"fields": field})
        link = answer.get(field) if isinstance(answer, dict) else None
        return link if isinstance(link, str) else None

    async def measure(self, account: SocialAccount, provider_id: str) -> Counts | Outcome:
        return await _understood(self._measure(account, provider_id), _UNREADABLE)

    async def _measure(self, account: SocialAccount, provider_id: str) -> Counts | Outcome:
        metrics = _IG_METRICS if account.platform is Platform.INSTAGRAM else _PAGE_METRICS
        answer = await self._get(account, f"{provider_id}/insights", {"metric": ",".join(metrics)})
        if not isinstance(answer, dict):
            return answer
        told = {metrics[each["name"]]: _value(each) for each in answer.get("data", []) if each.get("name") in metrics}
        if account.platform is Platform.FACEBOOK:
            fields = "reactions.limit(0).summary(total_count),comments.limit(0).summary(total_count),shares"
            around = await self._get(account, provider_id, {"fields": fields})
            if not isinstance(around, dict):
                return around
            told |= {"likes": _total(around, "reactions"), "comments": _total(around, "comments")}
            told["shares"] = int(around.get("shares", {}).get("count", 0))
        return Counts(**told)

    async def answer(self, account: SocialAccount, to: AnsweredTo, text: str) -> Outcome:
        if to.kind is RemarkKind.MESSAGE:
            body = {"recipient": json.dumps({"id": to.author}), "message": json.dumps({"text": text}), "messaging_type": "RESPONSE"}
            return await self._post(account, f"{account.node}/messages", body, where="graph_answer")
        return await self._post(account, f"{to.provider_id}/{_replies(account)}", {"message": text}, where="graph_answer")

    async def find_answer(self, account: SocialAccount, to: AnsweredTo, text: str) -> FoundPost | Known:
        return await _understood(self._find_answer(account, to, text), Known.UNREACHABLE)

    async def _find_answer(self, account: SocialAccount, to: AnsweredTo, text: str) -> FoundPost | Known:
        if to.kind is RemarkKind.MESSAGE:
            return Known.CANNOT_SAY
        said = "text" if account.platform is Platform.INSTAGRAM else "message"
        answer = await self._get(account, f"{to.provider_id}/{_replies(account)}", {"fields": f"id,{said}", "limit": str(_LOOKED_AT)})
        if not isinstance(answer, dict):
            return Known.UNREACHABLE
        for each in answer.get("data", []):
            if _same(each.get(said, ""), text):
                return FoundPost(str(each["id"]), None)
        return Known.NO

    async def _container(self, account: SocialAccount, picture: PictureAddress, more: Mapping[str, str]) -> Outcome:
        body = {"image_url": picture.url, "alt_text": picture.alt, **more}
        return await self._post(account, f"{account.node}/media", body, where="graph_prepare")

    async def _upload_photos(self, account: SocialAccount, pictures: Sequence[PictureAddress]) -> PreparedPost | Outcome:
        photos: list[str] = []
        for picture in pictures:
            body = {"url": picture.url, "alt_text_custom": picture.alt, "published": "false", "temporary": "true"}
            photo = await self._post(account, f"{account.node}/photos", body, where="graph_prepare")
            if not isinstance(photo, Accepted):
                return photo
            photos.append(photo.provider_id or "")
        return PreparedPost(tuple(photos) or (_WORDS_ALONE,))

    async def _room(self, account: SocialAccount) -> PreparedCondition | Outcome:
        answer = await self._get(account, f"{account.node}/content_publishing_limit", {"fields": "config,quota_usage"})
        if not isinstance(answer, dict):
            return answer
        for each in answer.get("data", []):
            if int(each.get("quota_usage", 0)) >= int(each.get("config", {}).get("quota_total", 100)):
                return PreparedCondition.FULL
        return PreparedCondition.READY

    async def _find_on_page(self, account: SocialAccount, text: str, prepared: tuple[str, ...], since: datetime) -> FoundPost | Known:
        fields = "id,message,created_time,permalink_url,attachments{target,subattachments}"
        shown = await self._get(account, f"{account.node}/feed", {"fields": fields, "limit": str(_LOOKED_AT)})
        if not isinstance(shown, dict):
            return Known.UNREACHABLE
        for each in shown.get("data", []):
            if _targets(each) & set(prepared):
                return FoundPost(str(each["id"]), each.get("permalink_url"))
        if prepared != (_WORDS_ALONE,):
            return Known.NO
        found = _matching(shown, "message", "created_time", text, since) or []
        return next((FoundPost(str(each["id"]), each.get("permalink_url")) for each in found), Known.NO)

    async def _post(self, account: SocialAccount, path: str, body: Mapping[str, str], *, where: str) -> Outcome:
        crash_point("before_call", where)
        try:
            response = await self._http.post(
                f"{self._base}/{path}", data=dict(body), headers=self._headers(account), extensions=call_points(where)
            )
        except httpx.HTTPError as error:
            return what_happened(error)
        crash_point("after_response_before_save", where)
        answer = self._read(response)
        if not isinstance(answer, dict):
            return answer
        made = answer.get("id") or answer.get("message_id")
        return Accepted(str(made)) if made else _UNREADABLE

    async def _get(self, account: SocialAccount, path: str, query: Mapping[str, str]) -> dict[str, Any] | Outcome:
        try:
            response = await self._http.get(f"{self._base}/{path}", params=dict(query), headers=self._headers(account))
        except httpx.HTTPError as error:
            return what_happened(error)
        return self._read(response)

    def _headers(self, account: SocialAccount) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._tokens.get(account.code, '')}"}

    def _read(self, response: httpx.Response) -> dict[str, Any] | Outcome:
        try:
            answer = orjson.loads(response.content)
        except orjson.JSONDecodeError:
            answer = None
        if response.is_success:
            return answer if isinstance(answer, dict) else _UNREADABLE
        error = answer.get("error") if isinstance(answer, dict) else None
        code, subcode = (error.get("code"), error.get("error_subcode")) if isinstance(error, dict) else (None, None)
        after = retry_after_seconds(response, self._clock)
        return Refused(response.status_code, _number(code), after, _number(subcode))


async def _understood(reading: Awaitable[T], otherwise: U) -> T | U:
    """Return what was read, or else of an answer of another shape than is documented: it must not stop the account's lane."""
    try:
        return await reading
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        return otherwise


def _held(outcome: Outcome, *children: str) -> PreparedPost | Outcome:
    return PreparedPost((outcome.provider_id or "", *children)) if isinstance(outcome, Accepted) else outcome


def _number(value: object) -> int | None:
    return value if isinstance(value, int) else None


def _status_codes(status: str) -> tuple[int | None, float | None, int | None]:
    """Return code, wait and subcode of a container that failed: its `status` ends with the subcode."""
    digits = "".join(each if each.isdigit() else " " for each in status).split()
    return 36000, None, int(digits[-1]) if digits else None


def _matching(shown: object, said: str, told_at: str, text: str, since: datetime) -> list[dict[str, Any]] | None:
    """Return what says the same and was published since then; None where nobody answered."""
    if not isinstance(shown, dict):
        return None
    rows = [each for each in shown.get("data", []) if _same(each.get(said, ""), text)]
    return [each for each in rows if _moment(each.get(told_at, "")) >= since - _SKEW]


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("+0000", "+00:00"))


def _same(said: str, text: str) -> bool:
    return " ".join(said.split()) == " ".join(text.split())


def _targets(post: Mapping[str, Any]) -> set[str]:
    found: set[str] = set()
    for each in post.get("attachments", {}).get("data", []):
        parts = [each, *each.get("subattachments", {}).get("data", [])]
        found |= {str(part["target"]["id"]) for part in parts if part.get("target", {}).get("id")}
    return found


def _value(metric: Mapping[str, Any]) -> int | None:
    values = metric.get("values") or [metric.get("total_value", {})]
    value = values[0].get("value") if values else None
    return value if isinstance(value, int) else None


def _total(around: Mapping[str, Any], name: str) -> int:
    return int(around.get(name, {}).get("summary", {}).get("total_count", 0))


def _replies(account: SocialAccount) -> str:
    return "replies" if account.platform is Platform.INSTAGRAM else "comments"

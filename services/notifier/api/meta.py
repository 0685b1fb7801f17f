"""The webhook of Meta for comments and messages: authenticated over the raw bytes, kept in one unit of work, then answered.

Source: developers.facebook.com/docs/instagram-platform/webhooks/examples, /docs/graph-api/webhooks/reference/page (feed, messages).
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any, Final

import orjson
from fastapi import APIRouter
from fastapi.responses import PlainTextResponse
from pydantic import SecretStr

from services.notifier.domain.posting.remark import RemarkKind
from services.notifier.handlers.remarks import CameRemark, GoneRemark, forget_remark, take_remark
from services.notifier.ports import Deps, Tx
from shared import logs
from shared.errors import BadInput
from shared.messaging.transaction.runner import UnitOfWorkRunner
from shared.web import refuses
from shared.web.meta_webhooks import WebhookSecrets

PATH: Final = "/v1/webhooks/meta"
_MILLISECONDS: Final = 10_000_000_000  # a moment above this is told in milliseconds
_COMMENT_VERBS: Final = frozenset({"add", "edited"})
_UNREADABLE: Final = (KeyError, TypeError, ValueError, AttributeError, OverflowError, OSError)
_log = logs.get("meta")


def router(units: UnitOfWorkRunner[Tx], deps: Deps, app_secret: SecretStr, verify_token: SecretStr) -> APIRouter:
    """Return the two routes. Without a secret nothing is taken in."""
    api = APIRouter(tags=["Meta"])
    secret = app_secret.get_secret_value().encode()
    secrets = WebhookSecrets((secret,) if secret else (), verify_token.get_secret_value().encode())
    signature = secrets.body("meta-signature")
    secrets.install_handshake(api, PATH)

    @api.post(
        PATH,
        summary="Comments and messages; each is kept once",
        response_class=PlainTextResponse,
        openapi_extra={"requestBody": {"required": True, "content": {"application/json": {}}}},
        responses=refuses(422, "body_malformed"),
    )
    async def receive(body: Annotated[bytes, signature]) -> PlainTextResponse:
        for came in remarks_of(body, {account.node: account.code for account in deps.posting.accounts.values() if account.node}):

            async def take(tx: Tx, came: CameRemark | GoneRemark = came) -> None:
                if isinstance(came, GoneRemark):
                    await forget_remark(tx, deps, came)
                else:
                    await take_remark(tx, deps, came)

            await units.run(take)
        return PlainTextResponse("ok")

    return api


def remarks_of(body: bytes, accounts: Mapping[str, str]) -> Iterator[CameRemark | GoneRemark]:
    """Yield what people wrote, or took back, of a webhook's body; what is ours, of other kinds or of other accounts is left out.

    One thing in it that can't be read is passed over: Meta sends up to a thousand together, and all of them again until they are taken.

    Raises:
        BadInput: `body_malformed`.
    """
    try:
        found = [told for entry in orjson.loads(body)["entry"] for told in _of_entry(entry, accounts)]
    except _UNREADABLE:  # a JSONDecodeError is a ValueError
        raise BadInput("body_malformed") from None
    yield from found


def _of_entry(entry: Mapping[str, Any], accounts: Mapping[str, str]) -> Iterator[CameRemark | GoneRemark]:
    account, node = accounts.get(str(entry.get("id", ""))), str(entry.get("id", ""))
    if account is None:
        return
    parts = [*((_of_change, change) for change in entry.get("changes", ())), *((_of_message, told) for told in entry.get("messaging", ()))]
    for read, part in parts:
        try:
            told = read(account, part, entry.get("time", 0))
        except _UNREADABLE as error:
            _log.warning("meta.unreadable", account=account, reason=type(error).__name__)
            continue
        if isinstance(told, GoneRemark) or (told is not None and told.author != node):
            yield told


def _of_change(account: str, change: Mapping[str, Any], time: float) -> CameRemark | GoneRemark | None:
    value, field = change["value"], change["field"]
    if field == "comments":
        return _comment(account, value, ("id", "text", "username"), str(value["media"]["id"]), _moment(time))
    if field != "feed" or value.get("item") != "comment":
        return None
    if value.get("verb") == "remove":
        return GoneRemark(account, str(value["comment_id"]))
    if value.get("verb") not in _COMMENT_VERBS:
        return None
    written = _moment(value.get("created_time") or time)
    came = _comment(account, value, ("comment_id", "message", "name"), str(value["post_id"]), written)
    return replace(came, is_edited=value["verb"] == "edited")


def _of_message(account: str, told: Mapping[str, Any], _time: float) -> CameRemark | GoneRemark | None:
    sender, said = str(told["sender"]["id"]), told.get("message", {})
    if said.get("is_deleted"):
        return GoneRemark(account, str(said["mid"]))
    if not said.get("text") or said.get("is_echo"):
        return None
    return CameRemark(RemarkKind.MESSAGE, account, str(said["mid"]), sender, "", str(said["text"]), _moment(told.get("timestamp", 0)))


def _comment(account: str, value: Mapping[str, Any], names: tuple[str, str, str], media: str, at: datetime) -> CameRemark:
    """Read a comment. `names`: of its id, its text, and what its author is called; Facebook does not always say who wrote."""
    key, said, called = names
    author = value.get("from") or {}
    text = str(value.get(said, ""))
    return CameRemark(RemarkKind.COMMENT, account, str(value[key]), str(author.get("id", "")), str(author.get(called, "")), text, at, media)


def _moment(told: float) -> datetime:
    return datetime.fromtimestamp(told / 1000 if told > _MILLISECONDS else told, UTC)

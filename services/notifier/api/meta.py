"""The webhook of Meta for comments and messages: authenticated over the raw bytes, kept in one unit of work, then answered.

Source: developers.facebook.com/docs/instagram-platform/webhooks/examples, /docs/graph-api/webhooks/reference/page (feed, messages).
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Final

import orjson
from fastapi import APIRouter
from fastapi.responses import PlainTextResponse
from pydantic import SecretStr

from services.notifier.domain.posting.remark import RemarkKind
from services.notifier.handlers.remarks import CameRemark, take_remark
from services.notifier.ports import Deps, Tx
from shared.errors import BadInput
from shared.messaging.transaction.runner import UnitOfWorkRunner
from shared.web import refuses
from shared.web.meta_webhooks import WebhookSecrets

PATH: Final = "/v1/webhooks/meta"
_MILLISECONDS: Final = 10_000_000_000  # a moment above this is told in milliseconds


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

            async def take(tx: Tx, came: CameRemark = came) -> None:
                await take_remark(tx, deps, came)

            await units.run(take)
        return PlainTextResponse("ok")

    return api


def remarks_of(body: bytes, accounts: Mapping[str, str]) -> Iterator[CameRemark]:
    """Yield what people wrote, of a webhook's body; what is ours, of other kinds or of other accounts is left out.

    Raises:
        BadInput: `body_malformed`.
    """
    try:
        told = orjson.loads(body)
        entries = told["entry"]
        found = [came for entry in entries for came in _of_entry(entry, accounts)]
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError, AttributeError):
        raise BadInput("body_malformed") from None
    yield from found


def _of_entry(entry: Mapping[str, Any], accounts: Mapping[str, str]) -> Iterator[CameRemark]:
    account = accounts.get(str(entry.get("id", "")))
    if account is None:
        return
    at = _moment(entry.get("time", 0))
    for change in entry.get("changes", ()):
        value = change["value"]
        if change["field"] == "comments":
            came = _comment(account, value, "id", "text", value["from"].get("username", ""), str(value["media"]["id"]), at)
        elif change["field"] == "feed" and value.get("item") == "comment" and value.get("verb") == "add":
            written = _moment(value.get("created_time", 0)) if value.get("created_time") else at
            came = _comment(account, value, "comment_id", "message", value["from"].get("name", ""), str(value["post_id"]), written)
        else:
            continue
        if came.author != str(entry["id"]):
            yield came
    for message in entry.get("messaging", ()):
        sender, said = str(message["sender"]["id"]), message.get("message", {})
        if sender != str(entry["id"]) and said.get("text") and not said.get("is_echo"):
            written = _moment(message.get("timestamp", 0))
            yield CameRemark(RemarkKind.MESSAGE, account, str(said["mid"]), sender, "", str(said["text"]), written)


def _comment(account: str, value: Mapping[str, Any], key: str, said: str, name: str, media: str, at: datetime) -> CameRemark:
    author, text = str(value["from"]["id"]), str(value.get(said, ""))
    return CameRemark(RemarkKind.COMMENT, account, str(value[key]), author, str(name), text, at, media)


def _moment(told: float) -> datetime:
    return datetime.fromtimestamp(told / 1000 if told > _MILLISECONDS else told, UTC)

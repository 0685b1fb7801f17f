"""Intake over a real MongoDB, with a clock of the test's own and a WhatsApp that holds photos."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, TypeVar

import httpx
from httpx import MockTransport, Request, Response
from standardwebhooks.webhooks import Webhook

from services.intake.consumers import routes
from services.intake.settings import Settings
from services.intake.wiring import assemble, chat_worker, service, status_worker
from shared.messaging.delivery import AnyEventRoute
from shared.mongo import Doc
from tests.support import photos, warm_child
from tests.support.harness import Clock, Harness, api_client, http_of, keyed

APP_SECRET = "app-secret"
VERIFY_TOKEN = "verify-me"
NUMBER_ID = "106540352242922"
COURT = "PA.Kab.Mn"
COURT_SECRET = "whsec_" + base64.b64encode(b"a court's secret of 32 characters").decode()
ADAPTER, OTHER_ADAPTER, OFFICER, COUNTER = "desa-dagangan", "desa-mejayan", "petugas-01", "loket"
NIK, KK = "3519081708850003", "3519081203100007"
JPEG, PNG = photos.jpeg(), photos.png()  # what is added behind them makes another file, and is gone when the picture is made anew
WEBHOOK = "/v1/webhooks/whatsapp"

T = TypeVar("T")


@cache
def settings(mongo_url: str, database: str, amqp_url: str = "amqp://nobody@127.0.0.1:1/") -> Settings:
    """What an installation would set, for a test."""
    return Settings(
        mongo_url=mongo_url,
        mongo_database=database,
        amqp_url=amqp_url,
        whatsapp_app_secret=APP_SECRET,
        whatsapp_verify_token=VERIFY_TOKEN,
        whatsapp_access_token="token",
        whatsapp_phone_number_id=NUMBER_ID,
        whatsapp_number="6281200003519",
        whatsapp_url="https://graph.test",
        whatsapp_media_hosts=["media.test"],
        media_max_bytes=20_000,
        court_secrets={COURT: [COURT_SECRET]},
        api_keys=[
            api_client(ADAPTER, "requests:write", "requests:read", "files:write"),
            api_client(OTHER_ADAPTER, "requests:write", "requests:read", "files:write"),
            api_client(OFFICER, "requests:read", "requests:read_all"),
            api_client(COUNTER, "requests:write", "requests:read", "requests:vouch", "files:write", "people:link"),
            api_client("verification", "files:read"),
            api_client("notifier", "pieces:read"),
        ],
        open_services=("kk_hilang",),
        webhook_log_poll_seconds=0.05,
        chat_tries=3,
        media_tries=2,
        file_max_bytes=20_000,
    )


@dataclass
class Phone:
    """WhatsApp's media servers: photos by id, and what goes wrong with them."""

    photos: dict[str, bytes] = field(default_factory=dict)
    trouble: Callable[[Request], Response | None] = lambda _: None
    calls: list[str] = field(default_factory=list)
    host: str = "media.test"

    def answer(self, request: Request) -> Response:
        self.calls.append(request.url.path)
        wrong = self.trouble(request)
        if wrong is not None:
            return wrong
        media_id = request.url.path.rsplit("/", 1)[-1]
        if media_id not in self.photos:
            return Response(404)
        if request.url.host == "graph.test":
            digest = hashlib.sha256(self.photos[media_id]).hexdigest()
            return Response(200, json={"url": f"https://{self.host}/{media_id}", "sha256": digest, "id": media_id})
        return Response(200, content=self.photos[media_id])


class Rig(Harness):
    """One process of intake, driven by hand: the webhook as Meta calls it, the chats worked off when the test says so."""

    def __init__(self, configured: Settings, *, own_inspector: bool = False) -> None:
        self.phone = Phone()
        clock = Clock(datetime(2026, 11, 24, 2, 0, tzinfo=UTC), step=timedelta(milliseconds=1))  # nothing happens twice at once
        self.wiring = assemble(configured, clock, httpx.AsyncClient(transport=MockTransport(self.phone.answer)))
        if not own_inspector:
            warm_child.share(self.wiring.outside.inspector)
        super().__init__(self.wiring.host.mongo, self.wiring.host.database, clock, self.wiring.units)
        self.chats, self.statuses = chat_worker(self.wiring), status_worker(self.wiring)
        self.service = service(self.wiring, self.chats, self.statuses)
        self.http = http_of(self.service.app)
        self._numbers = iter(range(1, 10_000))

    def routes(self) -> Sequence[AnyEventRoute[Any]]:
        return routes(self.wiring.deps)

    async def post(self, body: Any, secret: str = APP_SECRET) -> Response:
        """A webhook call, signed."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        signature = "sha256=" + hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
        return await self.http.post(WEBHOOK, content=raw, headers={"X-Hub-Signature-256": signature})

    def message(self, kind: str, content: Any, sender: str = "6281234567890", **more: Any) -> Doc:
        """A message as Meta writes it."""
        number = next(self._numbers)
        stamp = str(int(self.clock.at.timestamp()) + number)
        return {"from": sender, "id": f"wamid.{number:04d}", "timestamp": stamp, "type": kind, kind: content, **more}

    async def say(self, text: str, sender: str = "6281234567890") -> list[Doc]:
        """Type something; gives what was answered."""
        return await self.send(self.message("text", {"body": text}, sender))

    async def press(self, button: str, sender: str = "6281234567890") -> list[Doc]:
        """Press a button; gives what was answered."""
        reply = {"type": "button_reply", "button_reply": {"id": button, "title": button}}
        return await self.send(self.message("interactive", reply, sender))

    async def show(self, photo: bytes, sender: str = "6281234567890", kind: str = "image") -> list[Doc]:
        """Send a photo; gives what was answered."""
        media_id = str(len(self.phone.photos) + 1000)
        self.phone.photos[media_id] = photo
        digest = base64.b64encode(hashlib.sha256(photo).digest()).decode()
        return await self.send(self.message(kind, {"id": media_id, "mime_type": "image/jpeg", "sha256": digest}, sender))

    async def send(self, *messages: Doc) -> list[Doc]:
        """Send messages in one webhook call and have them handled; gives what was answered."""
        before = len(await self.told_data("intake.reply_composed"))
        response = await self.post(envelope(messages=list(messages)))
        assert response.status_code == 200, response.text
        await self.work()
        return (await self.told_data("intake.reply_composed"))[before:]

    async def work(self) -> None:
        """Work off everything that is stored, as the jobs do."""
        await self.chats.work_off_all()
        await self.statuses.work_off_all()

    async def rest_is_over(self) -> None:
        """Let an hour pass for senders whose message failed: by our clock, and in their leases, which go by the database's."""
        self.clock.at += timedelta(hours=1)
        senders = self.mongo.collection(self.database, "senders")
        await senders.update_many(
            {"token": ""}, [{"$set": {"until": {"$dateSubtract": {"startDate": "$until", "unit": "hour", "amount": 1}}}}]
        )

    async def link(self, sender: str = "6281234567890", nik: str = NIK) -> Doc:
        """Have a counter link a phone to a person."""
        answer = await self.http.post("/v1/people/links", json={"phone": sender, "nik": nik}, headers=keyed(COUNTER))
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def file_request(self, sender: str = "6281234567890", nik: str = NIK) -> Doc:
        """A whole conversation of somebody who was linked at the counter; gives the last answer."""
        await self.link(sender, nik)
        await self.press("service:kk_hilang", sender)
        await self.say(nik, sender)
        await self.say(KK, sender)
        await self.show(JPEG + nik.encode() + sender.encode(), sender)
        await self.show(PNG + nik.encode() + sender.encode(), sender)
        return (await self.press("confirm", sender))[-1]

    async def answers(self, key: str, **changes: Any) -> Doc:
        """Upload two photos as a client; gives the answers of a lost family card."""
        uploads = [await self.http.post("/v1/files", content=photo, headers=keyed(key)) for photo in (JPEG, PNG)]
        letter, card = ({"file_id": upload.json()["file_id"]} for upload in uploads)
        return {"nik": NIK, "kk_number": KK, "surat_kehilangan": letter, "ktp": card, **changes}

    async def close(self) -> None:
        await self.http.aclose()
        for close in self.service.close:
            await close()


def envelope(**value: Any) -> Doc:
    """A webhook body around one change."""
    return {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [{"field": "messages", "value": value}]}]}


def text_of(reply: Doc) -> str:
    return str(reply["personal"]["text"])


def buttons_of(reply: Doc) -> list[str]:
    return [button["id"] for button in reply["personal"]["buttons"]]


def signed_decision(decision: Doc, webhook_id: str, secret: str = COURT_SECRET, at: datetime | None = None) -> tuple[bytes, dict[str, str]]:
    """Body and headers as the court sends them."""
    body = json.dumps(decision).encode()
    moment = at or datetime.now(UTC)  # noqa: TID251 - the library's own clock judges it
    signature = Webhook(secret).sign(webhook_id, moment, body.decode())
    return body, {"webhook-id": webhook_id, "webhook-timestamp": str(int(moment.timestamp())), "webhook-signature": signature}


def codes(response: Response) -> set[tuple[str, str]]:
    """Field and code of everything a problem names."""
    return {(error["field"], error["code"]) for error in response.json().get("errors", ())}


def only(found: Sequence[T]) -> T:
    assert len(found) == 1, f"{len(found)} instead of one"
    return found[0]

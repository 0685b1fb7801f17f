"""What an HTTP error means for an effect, and how messages look on the wire."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import httpx
import orjson
import pytest
from standardwebhooks.webhooks import Webhook

from services.notifier.adapters.court import CourtCallbacks, Endpoint
from services.notifier.adapters.graph import Graph
from services.notifier.adapters.issuance import IssuanceDocuments
from services.notifier.adapters.network import retry_after_seconds, what_happened
from services.notifier.adapters.whatsapp import WhatsApp
from services.notifier.domain.message import CourtCallback, Reply, Template
from services.notifier.domain.outcome import Accepted, Known, NotSent, Outcome, Refused, Unanswered
from services.notifier.domain.posting.accounts import Platform, SocialAccount
from services.notifier.domain.posting.measure import Counts
from services.notifier.domain.posting.remark import RemarkKind
from services.notifier.ports.posting import AnsweredTo
from shared.clock import now
from shared.errors import Permanent, Transient
from tests.unit.notifier.samples import AT, FILE

SECRET = "whsec_Y2FsbGJhY2stc2VjcmV0LW9mLXRoZS10ZXN0"
Answer = Callable[[httpx.Request], httpx.Response]


def client(answer: Answer) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.MockTransport(answer))


def whatsapp(answer: Answer) -> WhatsApp:
    return WhatsApp(client(answer), base_url="http://graph/", version="v23.0", phone_number_id="1", access_token="t", clock=lambda: AT)


PAGE = SocialAccount("fb", Platform.FACEBOOK, "Facebook", "106")
INSTAGRAM = SocialAccount("ig", Platform.INSTAGRAM, "Instagram", "178")
ODD_POSTS = ({"id": "1", "message": "Halo", "caption": "Halo", "created_time": None, "timestamp": "kemarin"}, 7)


@pytest.mark.parametrize("told", [{"data": None}, {"data": [7]}, {"data": ODD_POSTS}, {"status_code": "FINISHED", "data": [{"config": 7}]}])
async def test_an_answer_of_another_shape_than_meta_documents_stops_no_account(told: dict[str, object]) -> None:
    """What it told could not be read, and the account's lane was tried anew each second for ever, with all that stood behind."""
    graph = Graph(client(lambda _: httpx.Response(200, json=told)), base_url="http://graph", version="v25.0", tokens={}, clock=lambda: AT)
    to = AnsweredTo(RemarkKind.COMMENT, "c1", "99")
    for account in (PAGE, INSTAGRAM):
        assert await graph.find(account, "Halo", ("words",), AT) in (Known.UNREACHABLE, Known.NO)
        assert await graph.find_answer(account, to, "Lain") in (Known.UNREACHABLE, Known.NO)
        assert isinstance(await graph.measure(account, "1"), Counts | Unanswered)
        assert await graph.condition(account, ("c-1",)) is not None


def raising(error: Exception) -> Answer:
    def answer(_: httpx.Request) -> httpx.Response:
        raise error

    return answer


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (httpx.ConnectError("x"), NotSent("connect_error")),
        (httpx.ConnectTimeout("x"), NotSent("connect_timeout")),
        (httpx.PoolTimeout("x"), NotSent("connect_timeout")),
        (httpx.ReadTimeout("x"), Unanswered("answer_timeout")),
        (httpx.WriteTimeout("x"), Unanswered("answer_timeout")),
        (httpx.ReadError("x"), Unanswered("answer_lost")),
        (httpx.WriteError("x"), Unanswered("answer_lost")),
        (httpx.RemoteProtocolError("x"), Unanswered("answer_lost")),
    ],
)
async def test_only_a_connection_that_never_stood_carried_nothing(error: httpx.HTTPError, outcome: Outcome) -> None:
    assert what_happened(error) == outcome
    assert await whatsapp(raising(error)).send("1", Reply("x"), media_id=None, effect_key="k") == outcome


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (200, {"messages": [{"id": "wamid.1"}]}, Accepted("wamid.1")),
        (200, {"messages": []}, Unanswered("answer_unreadable")),
        (200, "rubbish", Unanswered("answer_unreadable")),
        (400, {"error": {"code": 131056}}, Refused(400, 131056)),
        (400, {"error": {"code": "131056"}}, Refused(400, None)),
        (500, {"error": "text"}, Refused(500, None)),
        (503, [], Refused(503, None)),
    ],
)
async def test_answers_are_read_by_their_code(status: int, body: object, outcome: Outcome) -> None:
    sender = whatsapp(lambda _: httpx.Response(status, content=orjson.dumps(body)))
    assert await sender.send("628", Reply("x"), media_id=None, effect_key="k") == outcome


async def test_an_html_page_is_no_json() -> None:
    sender = whatsapp(lambda _: httpx.Response(502, text="<html>"))
    assert await sender.send("628", Reply("x"), media_id=None, effect_key="k") == Refused(502, None)


async def test_a_template_without_parameters_has_no_components() -> None:
    sent: list[dict[str, object]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(orjson.loads(request.content))
        return httpx.Response(200, json={"messages": [{"id": "wamid.1"}]})

    await whatsapp(answer).send("628", Template("pesan_baru", "id"), media_id=None, effect_key="k")
    assert sent[0]["template"] == {"name": "pesan_baru", "language": {"code": "id"}}


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120.0),
        ("Tue, 24 Nov 2026 03:00:30 GMT", 30.0),
        ("Tue, 24 Nov 2020 03:00:30 GMT", 0.0),
        ("soon", None),
        ("", None),
        ("99999999", 86400.0),
    ],
)
def test_retry_after_as_seconds_and_as_a_date(header: str, seconds: float | None) -> None:
    assert retry_after_seconds(httpx.Response(503, headers={"retry-after": header}), lambda: AT) == seconds


CALLBACK = CourtCallback("PA.Kab.Mn", "document:1", "document.issued", AT, (("reference", "d-1"), ("note", None)))


async def test_a_callback_is_signed_over_its_bytes() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(204)

    courts = CourtCallbacks(client(answer), {"PA.Kab.Mn": Endpoint("http://court/cb", SECRET)}, now)
    assert await courts.call(CALLBACK) == Accepted()
    body = Webhook(SECRET).verify(seen[0].content, dict(seen[0].headers))
    assert body == {"type": "document.issued", "timestamp": "2026-11-24T03:00:00Z", "data": {"reference": "d-1"}}
    assert seen[0].headers["webhook-id"] == "document:1"


@pytest.mark.parametrize(
    ("status", "known"),
    [
        (200, Known.YES),
        (404, Known.NO),
        (405, Known.CANNOT_SAY),
        (501, Known.CANNOT_SAY),
        (500, Known.UNREACHABLE),
        (401, Known.UNREACHABLE),
    ],
)
async def test_asking_the_court(status: int, known: Known) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert request.url.raw_path == b"/cb/document%3A1"
        return httpx.Response(status)

    courts = CourtCallbacks(client(answer), {"PA.Kab.Mn": Endpoint("http://court/cb/", SECRET)}, now)
    assert await courts.has(CALLBACK) is known


async def test_a_court_that_can_not_be_asked_is_not_asked() -> None:
    courts = CourtCallbacks(client(raising(AssertionError())), {"PA.Kab.Mn": Endpoint("http://court", SECRET, can_be_asked=False)}, now)
    assert await courts.has(CALLBACK) is Known.CANNOT_SAY
    assert await CourtCallbacks(client(raising(AssertionError())), {}, now).call(CALLBACK) == Refused(0)


@pytest.mark.parametrize(
    ("response", "error", "code"),
    [
        (httpx.Response(404), Transient, "issuance_unavailable"),
        (httpx.Response(503, headers={"retry-after": "5"}), Transient, "issuance_unavailable"),
        (httpx.Response(401), Permanent, "issuance_refused"),
        (httpx.Response(200, content=b"other"), Transient, "document_differs"),
    ],
)
async def test_only_the_announced_bytes_are_fetched(response: httpx.Response, error: type[Transient | Permanent], code: str) -> None:
    documents = IssuanceDocuments(client(lambda _: response), base_url="http://issuance", api_key="k", clock=lambda: AT + timedelta(0))
    with pytest.raises(error) as caught:
        await documents.fetch(FILE)
    assert caught.value.code == code

"""What the business calls: containers, publishing, photos, posts, insights, answers. Every answer that says no has Meta's body."""

from __future__ import annotations

import asyncio
import hmac
import json
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Final
from urllib.parse import parse_qsl

from fastapi import APIRouter, FastAPI, Path, Request, Response
from fastapi.responses import JSONResponse

from deploy.simulators.graph.errors import GraphError
from deploy.simulators.graph.faults import Operation
from deploy.simulators.graph.network import Network, seconds
from deploy.simulators.graph.things import Comment, Post
from deploy.simulators.serving import hang

Version = Annotated[str, Path(pattern=r"^v\d{1,3}\.\d$")]
Node = Annotated[str, Path(pattern=r"^[\d_]{5,60}$")]
BODY_MOST: Final = 1024 * 1024
_IG_METRICS: Final = {"reach": "reach", "views": "views", "likes": "likes", "comments": "comments", "shares": "shares", "saved": "saves"}
_PAGE_METRICS: Final = {"post_total_media_view_unique": "reach", "post_media_view": "views"}


def install_errors(app: FastAPI) -> None:
    """Answer as Meta does where something is refused."""

    @app.exception_handler(GraphError)
    async def refused(_: Request, error: GraphError) -> JSONResponse:
        return JSONResponse(error.body(), error.http_status)


class Gate:
    """What every call passes first."""

    def __init__(self, network: Network) -> None:
        self.network = network

    async def pass_on(self, request: Request, operation: Operation, act: Callable[[], Awaitable[dict[str, Any]]]) -> Response:
        """Hold the token, do wrong what was asked for, and act.

        Raises:
            GraphError: 190 where the token is wrong; the error asked for; what `act` refuses.
        """
        network = self.network
        expected = f"Bearer {network.settings.access_token.get_secret_value()}"
        if not hmac.compare_digest(expected.encode(), request.headers.get("authorization", "").encode("utf-8", "replace")):
            raise GraphError(190)
        if slow := network.faults.at_call(operation, "slow"):
            await asyncio.sleep(slow.milliseconds / 1000)
        if network.faults.at_call(operation, "no_answer"):
            return await self._never(request)
        if fault := network.faults.at_call(operation, "error", "server_error"):
            if fault.kind == "server_error":
                return Response("<html>Sorry, something went wrong.</html>", fault.http_status or 502, media_type="text/html")
            raise fault.error()
        lost = network.faults.at_call(operation, "timeout_after_success")
        answer = await act()
        return await self._never(request) if lost else JSONResponse(answer)

    async def _never(self, request: Request) -> Response:
        await hang(request, self.network.closing, at_most_seconds=self.network.settings.hang_seconds)
        return Response(status_code=504)


def router(network: Network) -> APIRouter:
    """Return the routes of the Graph API."""
    api = APIRouter(tags=["Graph API"])
    gate = Gate(network)
    _instagram(api, network, gate)
    _page(api, network, gate)
    _answering(api, network, gate)
    _reading(api, network, gate)
    return api


def _instagram(api: APIRouter, network: Network, gate: Gate) -> None:
    @api.post("/{version}/{node}/media", summary="Make a container")
    async def contain(request: Request, version: Version, node: Node) -> Response:  # noqa: ARG001 - any version answers
        form = await _form(request)

        async def act() -> dict[str, Any]:
            _own(node, network.settings.instagram_node)
            if form.get("media_type") == "CAROUSEL":
                return {"id": network.carousel(node, form.get("children", "").split(","), form.get("caption", "")).id}
            picture = await network.fetch(form.get("image_url", ""), form.get("alt_text", ""))
            network.check_shape(picture)
            return {"id": network.contain(node, [picture], form.get("caption", ""), is_item=form.get("is_carousel_item") == "true").id}

        return await gate.pass_on(request, "container", act)

    @api.post("/{version}/{node}/media_publish", summary="Publish a container")
    async def publish(request: Request, version: Version, node: Node) -> Response:  # noqa: ARG001
        form = await _form(request)

        async def act() -> dict[str, Any]:
            _own(node, network.settings.instagram_node)
            return {"id": network.publish(node, form.get("creation_id", "")).id}

        return await gate.pass_on(request, "publish", act)

    @api.get("/{version}/{node}/content_publishing_limit", summary="How many posts of a day are used")
    async def limit(request: Request, version: Version, node: Node) -> Response:  # noqa: ARG001
        async def act() -> dict[str, Any]:
            _own(node, network.settings.instagram_node)
            config = {"quota_total": network.settings.posts_a_day, "quota_duration": 86400}
            return {"data": [{"config": config, "quota_usage": network.used(node)}]}

        return await gate.pass_on(request, "limit", act)

    @api.get("/{version}/{node}/media", summary="The newest posts of an account")
    async def newest(request: Request, version: Version, node: Node) -> Response:  # noqa: ARG001
        async def act() -> dict[str, Any]:
            _own(node, network.settings.instagram_node)
            return {"data": [_media(network, post) for post in _newest(network, node)]}

        return await gate.pass_on(request, "read", act)


def _page(api: APIRouter, network: Network, gate: Gate) -> None:
    @api.post("/{version}/{node}/photos", summary="Upload a photo, unpublished")
    async def upload(request: Request, version: Version, node: Node) -> Response:  # noqa: ARG001
        form = await _form(request)

        async def act() -> dict[str, Any]:
            _own(node, network.settings.page_node)
            photo = network.upload(node, await network.fetch(form.get("url", ""), form.get("alt_text_custom", "")))
            if form.get("published", "true") != "false":
                return {"id": photo.id, "post_id": network.publish_page(node, form.get("caption", ""), [photo]).id}
            return {"id": photo.id}

        return await gate.pass_on(request, "photo", act)

    @api.post("/{version}/{node}/feed", summary="Publish a post of the page")
    async def publish(request: Request, version: Version, node: Node) -> Response:  # noqa: ARG001
        form = await _form(request)

        async def act() -> dict[str, Any]:
            _own(node, network.settings.page_node)
            ids = [json.loads(value)["media_fbid"] for name, value in form.items() if name.startswith("attached_media[")]
            photos = [network.world.photos[each] for each in ids if each in network.world.photos]
            if len(photos) != len(ids):
                raise GraphError(100)
            return {"id": network.publish_page(node, form.get("message", ""), photos).id}

        return await gate.pass_on(request, "feed", act)

    @api.get("/{version}/{node}/feed", summary="The newest posts of the page")
    async def newest(request: Request, version: Version, node: Node) -> Response:  # noqa: ARG001
        async def act() -> dict[str, Any]:
            _own(node, network.settings.page_node)
            return {"data": [_page_post(network, post) for post in _newest(network, node)]}

        return await gate.pass_on(request, "read", act)


def _answering(api: APIRouter, network: Network, gate: Gate) -> None:
    @api.post("/{version}/{node}/replies", summary="Answer a comment on Instagram")
    @api.post("/{version}/{node}/comments", summary="Answer a comment on the page", include_in_schema=False)
    async def reply(request: Request, version: Version, node: Node) -> Response:  # noqa: ARG001
        form = await _form(request)

        async def act() -> dict[str, Any]:
            above = _comment(network, node)
            post = network.world.posts[above.post]
            name = network.settings.page_name if post.node == network.settings.page_node else network.settings.instagram_name
            return {"id": network.comment(post, post.node, name, form.get("message", ""), above.id, ours=True).id}

        return await gate.pass_on(request, "answer", act)

    @api.get("/{version}/{node}/replies", summary="The answers under a comment")
    @api.get("/{version}/{node}/comments", summary="The answers under a comment of the page", include_in_schema=False)
    async def replies(request: Request, version: Version, node: Node) -> Response:  # noqa: ARG001
        async def act() -> dict[str, Any]:
            above = _comment(network, node)
            below = [each for each in network.world.comments.values() if each.parent == above.id]
            return {"data": [{"id": each.id, "text": each.text, "message": each.text, "timestamp": seconds(each.at)} for each in below]}

        return await gate.pass_on(request, "read", act)

    @api.post("/{version}/{node}/messages", summary="Write to somebody who wrote in the last 24 hours")
    async def write(request: Request, version: Version, node: Node) -> Response:  # noqa: ARG001
        form = await _form(request)

        async def act() -> dict[str, Any]:
            _own(node, network.settings.page_node, network.settings.instagram_node)
            person, text = json.loads(form.get("recipient", "{}")).get("id", ""), json.loads(form.get("message", "{}")).get("text", "")
            theirs = [each for each in network.world.messages.values() if each.person == person and not each.ours]
            if not theirs or (network.clock() - theirs[-1].at).total_seconds() > 24 * 3600:
                raise GraphError(10, 2018278)
            return {"recipient_id": person, "message_id": network.message(node, person, theirs[-1].name, text, ours=True).id}

        return await gate.pass_on(request, "message", act)


def _reading(api: APIRouter, network: Network, gate: Gate) -> None:
    @api.get("/{version}/{node}/insights", summary="The numbers of a post")
    async def insights(request: Request, version: Version, node: Node, metric: str = "") -> Response:  # noqa: ARG001
        async def act() -> dict[str, Any]:
            post = _post(network, node)
            known = _PAGE_METRICS if post.node == network.settings.page_node else _IG_METRICS
            asked = metric.split(",")
            if not set(asked) <= known.keys():
                raise GraphError(100, details="The value must be a valid insights metric")
            told = network.numbers(post)
            return {"data": [{"name": each, "period": "lifetime", "values": [{"value": told[known[each]]}]} for each in asked]}

        return await gate.pass_on(request, "insights", act)

    @api.get("/{version}/{node}", summary="A container or a post")
    async def read(request: Request, version: Version, node: Node) -> Response:  # noqa: ARG001
        async def act() -> dict[str, Any]:
            container = network.world.containers.get(node)
            if container is not None:
                status = network.status(container)
                said = f"Error: Media upload has failed with error code {container.error}" if container.error else status
                return {"id": node, "status_code": status, "status": said}
            post = _post(network, node)
            return _page_post(network, post) if post.node == network.settings.page_node else _media(network, post)

        return await gate.pass_on(request, "status" if node in network.world.containers else "read", act)


def _own(node: str, *known: str) -> None:
    if node not in known:
        raise GraphError(100, details=f"Unsupported request. Object with ID '{node}' does not exist or does not support this operation.")


def _comment(network: Network, node: str) -> Comment:
    found = network.world.comments.get(node)
    if found is None:
        raise GraphError(100, details="Unsupported request. The comment does not exist.")
    return found


def _post(network: Network, node: str) -> Post:
    found = network.world.posts.get(node)
    if found is None:
        raise GraphError(100, details=f"Unsupported get request. Object with ID '{node}' does not exist.")
    return found


def _newest(network: Network, node: str) -> list[Post]:
    return sorted((post for post in network.world.posts.values() if post.node == node), key=lambda post: post.at, reverse=True)[:50]


def _media(network: Network, post: Post) -> dict[str, Any]:
    link = f"{network.settings.base_url}/p/{post.id}"
    return {"id": post.id, "caption": post.text, "permalink": link, "timestamp": seconds(post.at), "media_type": "IMAGE"}


def _page_post(network: Network, post: Post) -> dict[str, Any]:
    told = network.numbers(post)
    photos = [photo for photo in network.world.photos.values() if photo.post == post.id]
    return {
        "id": post.id,
        "message": post.text,
        "created_time": seconds(post.at),
        "permalink_url": f"{network.settings.base_url}/p/{post.id}",
        "attachments": {"data": [{"target": {"id": photo.id}} for photo in photos]},
        "reactions": {"data": [], "summary": {"total_count": told["likes"]}},
        "comments": {"data": [], "summary": {"total_count": told["comments"]}},
        "shares": {"count": told["shares"]},
    }


async def _form(request: Request) -> dict[str, str]:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_MOST:
            raise GraphError(100, http_status=413)
    return dict(parse_qsl(bytes(body).decode("utf-8", "replace"), keep_blank_values=True))

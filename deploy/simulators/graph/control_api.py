"""The control API (`/sim/...`): be somebody who comments or writes, look at what is there, do things wrong. No real network has it."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, HTTPException, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sse_starlette import EventSourceResponse

from deploy.simulators.graph.faults import FaultOrder
from deploy.simulators.graph.network import Network
from deploy.simulators.graph.things import NUMBERS, Post

LONG_POLL_MAX_SECONDS: Final = 60.0
PERSON: Final = "990000000000001"


class NewComment(BaseModel):
    """The body of POST /sim/posts/{id}/comments."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(min_length=1, max_length=2_000)
    name: str = Field(default="warga.madiun", max_length=50)
    author: str = Field(default=PERSON, pattern=r"^\d{5,20}$")


class NewMessage(BaseModel):
    """The body of POST /sim/messages. `node`: the account that it is written to; empty: that of Instagram."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(min_length=1, max_length=2_000)
    node: str = ""
    name: str = Field(default="warga.madiun", max_length=50)
    author: str = Field(default=PERSON, pattern=r"^\d{5,20}$")


def router(network: Network) -> APIRouter:
    """Return the routes of the control API."""
    api = APIRouter(prefix="/sim", tags=["Simulator"])
    _people(api, network)
    _looking(api, network)
    _disturbing(api, network)
    return api


def _people(api: APIRouter, network: Network) -> None:
    @api.post("/posts/{post_id}/comments", summary="Comment on a post", status_code=201)
    async def comment(post_id: str, body: NewComment) -> dict[str, Any]:
        made = network.comment(_post(network, post_id), body.author, body.name, body.text)
        return {"id": made.id}

    @api.post("/messages", summary="Write to an account", status_code=201)
    async def write(body: NewMessage) -> dict[str, Any]:
        return {"id": network.message(body.node or network.settings.instagram_node, body.author, body.name, body.text).id}

    @api.put("/posts/{post_id}/numbers", summary="Say what a post's numbers are from now on", status_code=204)
    async def tell(post_id: str, body: dict[str, Annotated[int, Field(ge=0)]]) -> None:
        if not body.keys() <= set(NUMBERS):
            raise HTTPException(422, "number_unknown")
        _post(network, post_id).told |= body
        network.feed.publish("numbers", {"id": post_id})


def _looking(api: APIRouter, network: Network) -> None:
    @api.get("/state", summary="Counts, and where webhooks go")
    async def state() -> dict[str, Any]:
        world = network.world
        return {
            "accounts": [
                {"node": network.settings.instagram_node, "platform": "instagram", "name": network.settings.instagram_name},
                {"node": network.settings.page_node, "platform": "facebook", "name": network.settings.page_name},
            ],
            "posts": len(world.posts),
            "containers": len(world.containers),
            "comments": len(world.comments),
            "refused_twice": world.refused_twice,
            "webhooks": {"pending": network.messenger.pending, "answered": network.messenger.answered, "failed": network.messenger.failed},
            "sequence": network.feed.sequence,
        }

    @api.get("/posts", summary="Posts, the newest first; waits for the next one where `after` says how many are known")
    async def posts(
        after: Annotated[int | None, Query(ge=0)] = None,
        wait: Annotated[float, Query(ge=0, le=LONG_POLL_MAX_SECONDS)] = 0.0,
        node: str = "",
    ) -> dict[str, Any]:
        if after is not None and len(network.world.posts) <= after and wait:
            await network.feed.changed(wait)
        found = [post for post in network.world.posts.values() if node in ("", post.node)]
        return {"posts": [network.view(post) for post in sorted(found, key=lambda post: post.number, reverse=True)]}

    @api.get("/messages", summary="Messages, the newest first")
    async def messages() -> dict[str, Any]:
        return {"messages": [{**vars(each), "at": each.at.isoformat()} for each in reversed(network.world.messages.values())]}

    @api.get("/pictures/{picture_id}", summary="A picture as it was fetched")
    async def picture(picture_id: str) -> Response:
        found = network.world.pictures.get(picture_id)
        if found is None:
            raise HTTPException(404, "picture_unknown")
        return Response(found.content, media_type="image/jpeg")

    @api.get("/events", summary="What happens, as Server-Sent Events")
    async def events(request: Request, after: Annotated[int | None, Query(ge=0)] = None) -> EventSourceResponse:
        return network.feed.answer(request, after)


def _disturbing(api: APIRouter, network: Network) -> None:
    @api.post("/faults", summary="Do something wrong from now on", status_code=201)
    async def add(order: FaultOrder) -> dict[str, Any]:
        return network.faults.add(order).view()

    @api.get("/faults", summary="Faults, and how often each struck")
    async def listed() -> dict[str, Any]:
        return {"faults": network.faults.listed()}

    @api.delete("/faults", summary="Do nothing wrong any more")
    async def clear() -> dict[str, int]:
        return {"removed": network.faults.remove()}

    @api.delete("/faults/{fault_id}", summary="Lift one fault")
    async def lift(fault_id: str) -> dict[str, int]:
        return {"removed": network.faults.remove(fault_id)}

    @api.post("/containers/{container_id}/fail", summary="Have a container fail with a subcode", status_code=204)
    async def fail(container_id: str, subcode: Annotated[int, Query(ge=1)] = 2207004) -> None:
        if container_id not in network.world.containers:
            raise HTTPException(404, "container_unknown")
        network.world.containers[container_id].error = subcode


def _post(network: Network, post_id: str) -> Post:
    found = network.world.posts.get(post_id)
    if found is None:
        raise HTTPException(404, "post_unknown")
    return found

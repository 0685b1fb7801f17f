"""Posts, their effects and remarks as documents; their indexes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pymongo import IndexModel

from services.notifier.domain.broadcast import Hand
from services.notifier.domain.posting.effect import OPEN_EFFECTS, EffectKind, EffectState, PostEffect
from services.notifier.domain.posting.measure import Counts, Measure
from services.notifier.domain.posting.post import PostContent, PostPicture, PostState, PostTarget, SocialPost
from services.notifier.domain.posting.remark import Remark, RemarkKind, RemarkState
from services.notifier.domain.tries import Try
from shared.mongo import Doc, DocumentMapping, fields_of
from shared.values.name_terms import name_terms

POST_ROWS: Final = "posts"
EFFECT_ROWS: Final = "post_effects"
REMARK_ROWS: Final = "remarks"
_TAKEN_BACK: Final = "is_taken_back"
REMARK_DAYS: Final = 730  # what people wrote is kept for two years, as the platforms' own numbers are
OPEN: Final = sorted(OPEN_EFFECTS)

POSTING_INDEXES: Final[Mapping[str, Sequence[IndexModel]]] = {
    POST_ROWS: (
        # The list and the calendar; a picture that a platform asks for; what waits for a second pair of eyes.
        IndexModel([("at", -1), ("_id", -1)], name="by_time"),
        IndexModel([("state", 1), ("at", -1), ("_id", -1)], name="by_state"),
        IndexModel([("accounts", 1), ("at", -1), ("_id", -1)], name="by_account"),
        IndexModel([("pictures.file_id", 1)], name="by_picture"),
        IndexModel([("terms", 1)], name="by_word"),
    ),
    EFFECT_ROWS: (
        # The head of an account's lane.
        IndexModel([("account", 1), ("next_at", 1)], name="lane_head", partialFilterExpression={"state": {"$in": OPEN}}),
        IndexModel([("about", 1)], name="of_post"),
        IndexModel([("account", 1), ("provider_id", 1)], name="by_provider_id", partialFilterExpression={"provider_id": {"$gt": ""}}),
        # What waits for a person (a part of a partial index's states is not answered from it), and whose numbers are due.
        IndexModel([("state", 1), ("next_at", 1), ("_id", 1)], name="by_state"),
        IndexModel([("measure_at", 1)], name="to_measure", partialFilterExpression={"measure_at": {"$exists": True}}),
        IndexModel([("moved_at", -1)], name="moved"),
    ),
    REMARK_ROWS: (
        IndexModel([("due_at", 1), ("_id", 1)], name="by_clock"),
        IndexModel([("state", 1), ("due_at", 1), ("_id", 1)], name="by_state"),
        IndexModel([("post_id", 1), ("due_at", 1), ("_id", 1)], name="of_post"),
        IndexModel([("post_id", 1), ("author", 1)], name="of_author"),
        IndexModel([("came_at", 1)], name="expiry", expireAfterSeconds=REMARK_DAYS * 86400),
    ),
}


def _hand(doc: Doc | None) -> Hand | None:
    return None if doc is None else Hand(**doc)


def _hand_doc(hand: Hand | None) -> Doc | None:
    return None if hand is None else fields_of(hand)


def _post_to(post: SocialPost) -> Doc:
    content = post.content
    codes = " ".join(target.source for target in content.targets)
    return {
        "title": content.title,
        "text": content.text,
        "pictures": [fields_of(picture) for picture in content.pictures],
        "targets": [fields_of(target) for target in content.targets],
        "accounts": [target.account for target in content.targets],
        "at": content.at,
        "written_by": fields_of(post.written_by),
        "written_at": post.written_at,
        "state": post.state.value,
        "revision": post.revision,
        "judged_by": _hand_doc(post.judged_by),
        "judged_at": post.judged_at,
        "note": post.note,
        "terms": list(dict.fromkeys(name_terms(f"{content.title} {codes}"))),
    }


def _post_from(doc: Doc) -> SocialPost:
    content = PostContent(
        title=doc["title"],
        text=doc["text"],
        pictures=tuple(PostPicture(**each) for each in doc["pictures"]),
        targets=tuple(PostTarget(**each) for each in doc["targets"]),
        at=doc["at"],
    )
    return SocialPost(
        post_id=doc["_id"],
        content=content,
        written_by=Hand(**doc["written_by"]),
        written_at=doc["written_at"],
        state=PostState(doc["state"]),
        revision=doc["revision"],
        judged_by=_hand(doc["judged_by"]),
        judged_at=doc["judged_at"],
        note=doc["note"],
    )


def effect_to(effect: PostEffect) -> Doc:
    """Return an effect as a document, without `_id`, `version` and `seq`."""
    moved = effect.history[-1].at if effect.history else effect.next_at
    values: Doc = {name: value for name, value in fields_of(effect).items() if name not in ("key", "measure_at")}
    values |= {
        "kind": effect.kind.value,
        "state": effect.state.value,
        "prepared": list(effect.prepared),
        "history": [fields_of(each) for each in effect.history],
        "measured": None if effect.measured is None else {"counts": fields_of(effect.measured.counts), "at": effect.measured.at},
        "moved_at": moved,
    }
    return values if effect.measure_at is None else {**values, "measure_at": effect.measure_at}


def effect_from(doc: Mapping[str, Any]) -> PostEffect:
    """Return the effect of a document."""
    measured = doc["measured"]
    values: Doc = {name: doc.get(name) for name in PostEffect.__slots__ if name not in ("key", "history", "measured")}
    values |= {
        "kind": EffectKind(doc["kind"]),
        "state": EffectState(doc["state"]),
        "prepared": tuple(doc["prepared"]),
        "history": tuple(Try(**each) for each in doc["history"]),
        "measured": None if measured is None else Measure(Counts(**measured["counts"]), measured["at"]),
    }
    return PostEffect(key=doc["_id"], **values)


def _remark_to(remark: Remark) -> Doc:
    values: Doc = {name: value for name, value in fields_of(remark).items() if name != "remark_id"}
    return values | {
        "kind": remark.kind.value,
        "state": remark.state.value,
        "services": list(remark.services),
        "owner": _hand_doc(remark.owner),
        "answered_by": _hand_doc(remark.answered_by),
    }


def _remark_from(doc: Doc) -> Remark:
    values: Doc = {name: doc[name] for name in Remark.__slots__ if name not in ("remark_id", _TAKEN_BACK)}
    values |= {
        "kind": RemarkKind(doc["kind"]),
        "state": RemarkState(doc["state"]),
        "services": tuple(doc["services"]),
        "owner": _hand(doc["owner"]),
        "answered_by": _hand(doc["answered_by"]),
        _TAKEN_BACK: doc.get(_TAKEN_BACK, False),  # of before it was said, none
    }
    return Remark(remark_id=doc["_id"], **values)


POSTS: Final[DocumentMapping[SocialPost]] = DocumentMapping(POST_ROWS, lambda post: post.post_id, _post_to, _post_from)
EFFECTS: Final[DocumentMapping[PostEffect]] = DocumentMapping(EFFECT_ROWS, lambda effect: effect.key, effect_to, effect_from)
REMARKS: Final[DocumentMapping[Remark]] = DocumentMapping(REMARK_ROWS, lambda remark: remark.remark_id, _remark_to, _remark_from)

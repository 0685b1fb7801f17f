"""The collection `trips`: the days on which teams go to the villages."""

from __future__ import annotations

from datetime import date, time
from typing import Final

from services.intake.domain.outreach.trips import Trip, TripResult, TripState, TripStop
from services.intake.ports.outreach import TripPage, TripSearch
from shared.mongo import Collection, Doc, DocumentMapping, Mongo, fields_of, reachable


def _to(trip: Trip) -> Doc:
    return {
        "name": trip.name,
        "day": trip.day.isoformat(),
        "team": list(trip.team),
        "services": list(trip.services),
        "stops": [_stop_to(stop) for stop in trip.stops],
        "planned_by": trip.planned_by,
        "planned_at": trip.planned_at,
        "state": trip.state.value,
        "revision": trip.revision,
        "dropped": list(trip.dropped),
        "order": _order(trip),
    }


def _stop_to(stop: TripStop) -> Doc:
    times = {"begins": stop.begins.isoformat(), "ends": stop.ends.isoformat()}
    return {**fields_of(stop), **times, "result": fields_of(stop.result) if stop.result else None}


def _from(doc: Doc) -> Trip:
    stops = tuple(map(_stop_from, doc["stops"]))
    whom = (tuple(doc["team"]), tuple(doc["services"]))
    planned = (doc["planned_by"], doc["planned_at"], TripState(doc["state"]))
    changed = (doc.get("revision", 1), tuple(doc.get("dropped", ())))  # absent: planned before trips could be changed
    return Trip(doc["_id"], doc["name"], date.fromisoformat(doc["day"]), *whom, stops, *planned, *changed)


def _stop_from(doc: Doc) -> TripStop:
    times = (time.fromisoformat(doc["begins"]), time.fromisoformat(doc["ends"]))
    result = TripResult(**doc["result"]) if doc["result"] else None
    return TripStop(doc["village"], doc["place"], doc["goal"], *times, doc["source"], result)


def _order(trip: Trip) -> str:
    return f"{trip.day.isoformat()}.{trip.trip_id}"


TRIPS: Final[DocumentMapping[Trip]] = DocumentMapping("trips", lambda trip: trip.trip_id, _to, _from)


class MongoTripReader:
    """Implements `ports.TripReader`."""

    def __init__(self, mongo: Mongo, database: str) -> None:
        self._trips: Collection = mongo.collection(database, TRIPS.collection)

    async def find(self, trip_id: str) -> Trip | None:
        with reachable():
            doc = await self._trips.find_one({"_id": trip_id})
        return _from(doc) if doc else None

    async def search(self, search: TripSearch) -> TripPage:
        query: Doc = {"stops.village": search.village} if search.village else {}
        bounds = {"$gte": search.since.isoformat()} if search.since else {}
        if search.after:
            bounds |= {"$lt": search.after}
        if bounds:
            query["order"] = bounds
        with reachable():
            docs = await self._trips.find(query).sort("order", -1).limit(search.limit + 1).to_list(None)
        shown = docs[: search.limit]
        return TripPage(tuple(map(_from, shown)), shown[-1]["order"] if len(docs) > search.limit else None)

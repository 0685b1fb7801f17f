"""What an older version writes of a row that a newer one has added to."""

from shared.mongo.mapping import lacks, with_the_rest

READ = {"_id": "1", "state": "done", "over_at": 7, "note": "old", "card": {"at": 1, "count": 2, "by": "newer"}, "tags": [{"a": 1, "b": 2}]}
KNOWN = {"_id": None, "state": "done", "note": "old", "card": {"at": 1, "count": 2}, "tags": [{"a": 1}]}


def test_what_it_does_not_know_stays_also_within_documents() -> None:
    written = with_the_rest(READ, KNOWN, {"_id": "1", "state": "open", "note": "new", "card": {"at": 3, "count": 2}, "tags": [{"a": 5}]})
    assert written == {
        "_id": "1",
        "state": "open",
        "over_at": 7,
        "note": "new",
        "card": {"at": 3, "count": 2, "by": "newer"},
        "tags": [{"a": 5}],
    }


def test_what_it_knows_and_takes_away_is_gone() -> None:
    written = with_the_rest(READ, KNOWN, {"_id": "1", "state": "open", "card": None, "tags": []})
    assert written == {"_id": "1", "state": "open", "over_at": 7, "card": None, "tags": []}


def test_what_it_has_begun_to_write_is_its_own() -> None:
    assert with_the_rest({"over_at": 7}, {}, {"over_at": 8}) == {"over_at": 8}


def test_only_a_row_with_more_than_is_written_is_looked_through() -> None:
    whole = {"_id": "1", "state": "open", "note": "new", "card": {"at": 3, "count": 2}, "tags": []}
    assert not lacks(whole, whole | {"tags": [{"a": 1}]})
    assert lacks(whole, whole | {"over_at": 7})
    assert lacks(whole, whole | {"card": {"at": 1, "count": 2, "by": "newer"}})
    assert not lacks(whole | {"card": None}, whole)

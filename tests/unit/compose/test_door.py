"""Who makes the users of a set: its primary, which need not be the member beside this."""

from pathlib import Path

from deploy.compose.database import door_to

SET = "mongodb://mongo:27017,mongo-2:27017,mongo-3:27017/?replicaSet=rs0"


def test_the_primary_is_found_by_the_members_that_are_named_or_kept(tmp_path: Path) -> None:
    assert door_to(tmp_path, "mongo:27017", []) == "", "one member is its own primary"
    assert door_to(tmp_path, "mongo:27017", ["mongo-2:27017", "mongo-3:27017"]) == SET
    (tmp_path / "mongo_members").write_text("mongo:27017,mongo-2:27017,mongo-3:27017\n")
    assert door_to(tmp_path, "mongo:27017", []) == SET, "a start without cluster.yaml"

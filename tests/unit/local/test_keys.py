"""The secrets of a local run."""

import hashlib
import json
import stat
from pathlib import Path

from deploy.keys import GUARDED, SCOPES, exports, load_keys


def test_keys_are_made_once_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    first = load_keys(tmp_path)
    assert load_keys(tmp_path) == first
    assert stat.S_IMODE((tmp_path / "keys.json").stat().st_mode) == 0o600


def test_two_folders_share_no_secret(tmp_path: Path) -> None:
    one, other = load_keys(tmp_path / "one"), load_keys(tmp_path / "other")
    assert not {one.whatsapp_app_secret, *one.clients.values()} & {other.whatsapp_app_secret, *other.clients.values()}


def test_a_key_that_a_new_version_needs_is_added_and_the_others_stay(tmp_path: Path) -> None:
    before = load_keys(tmp_path)
    file = tmp_path / "keys.json"
    content = json.loads(file.read_text())
    del content["clients"]["petugas-02"], content["court_callback_secret"]
    file.write_text(json.dumps(content | {"of_an_old_version": "x"}))
    after = load_keys(tmp_path)
    assert after.whatsapp_app_secret == before.whatsapp_app_secret
    assert after.clients["petugas-02"]
    assert after.court_callback_secret.startswith("whsec_")


def test_a_service_knows_digests_of_the_clients_that_have_business_there(tmp_path: Path) -> None:
    keys = load_keys(tmp_path)
    for service, guarded in GUARDED.items():
        setting = keys.api_keys(service)
        assert not any(key in setting for key in keys.clients.values()), "a key in clear"
        rows = {row["name"]: row for row in json.loads(setting)}
        assert set(rows) == {name for name, scopes in SCOPES.items() if scopes & guarded}
        for name, row in rows.items():
            assert row["sha256"] == hashlib.sha256(keys.clients[name].encode()).hexdigest()
            assert row["scopes"]
            assert set(row["scopes"]) <= guarded


def test_exports_survive_the_shell() -> None:
    assert exports({"DATABASES": """{"a": "it's"}"""}) == """export DATABASES='{"a": "it'\\''s"}'\n"""

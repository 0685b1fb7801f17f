"""A service without what `prepare` makes says so, and ends."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize("is_there", [True, False])
def test_a_service_whose_folder_is_empty_names_prepare(tmp_path: Path, *, is_there: bool) -> None:
    folder = tmp_path / "secrets"
    if is_there:
        folder.mkdir()
    environment = {"PATH": os.environ["PATH"], "SECRETS_DIR": str(folder)}
    done = subprocess.run([sys.executable, "-m", "services.notifier", "all"], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert f"notifier [secrets_missing]: folder {folder} kosong; jalankan `prepare` dahulu." in done.stderr
    assert "notifier: setting AMQP_URL: Field required" in done.stderr

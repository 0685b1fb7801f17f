"""What pages load, laid out for the front door: the same bytes under the same names, and those of older versions for a while."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

from deploy.compose import files
from shared.clock import now
from shared.web.desk.assets import DeskAssets
from shared.web.public.pages import static_files


def test_each_file_lies_where_browsers_ask_for_it_packed_too(tmp_path: Path) -> None:
    assert files.main([str(tmp_path)]) == 0
    for name, asset in DeskAssets().all():
        assert (tmp_path / "desk" / "aset" / name).read_bytes() == asset.content
    for name, (content, _) in static_files().items():
        assert gzip.decompress((tmp_path / "aset" / f"{name}.gz").read_bytes()) == content


def test_what_an_older_version_had_stays_for_a_month(tmp_path: Path) -> None:
    for name, days in (("desk.0a1b2c3d4e5f.css", 29), ("desk.5f4e3d2c1b0a.css", 31)):
        for file in (tmp_path / name, tmp_path / f"{name}.gz"):
            file.write_text("")
            at = now().timestamp() - days * 24 * 3600
            os.utime(file, (at, at))
    files.main([str(tmp_path)])
    assert sorted(file.name for file in tmp_path.glob("*.*")) == ["desk.0a1b2c3d4e5f.css", "desk.0a1b2c3d4e5f.css.gz"]

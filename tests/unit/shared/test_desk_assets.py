"""What pages of the desk load: every icon exists, names follow contents, and an image needs no more of the libraries."""

import re
from pathlib import Path

import pytest

from shared.web.desk.assets import STATIC, DeskAssets, MissingIconError, copy_used, sprite, used_icons
from shared.web.libraries import LIBRARIES


def test_every_icon_that_a_page_names_is_drawn() -> None:
    icons = set(used_icons())
    assert {"help-circle", "file-certificate", "send", "circle-check"} <= icons
    drawn = sprite(LIBRARIES, icons).decode()
    assert set(re.findall(r'<symbol id="([^"]+)"', drawn)) == icons
    assert all(re.search(rf'<symbol id="{name}" viewBox="0 0 24 24"><', drawn) for name in icons)


def test_an_icon_that_there_is_not_ends_the_start() -> None:
    with pytest.raises(MissingIconError, match="no-such-icon"):
        sprite(LIBRARIES, ["check", "no-such-icon"])


def test_icons_are_found_where_templates_and_tables_name_them(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text("""{{ icon("eye") }} {{ icon('x', "Tutup") }} {{ parts.note('bad', icon("copy"), '') }}""")
    (tmp_path / "b.py").write_text('State("Berlaku", Tone.GOOD, icon="circle-check")')
    (tmp_path / "c.toml").write_text('{ path = "/desk/x", icon = "send" }')
    assert set(used_icons([tmp_path])) == {"eye", "x", "copy", "circle-check", "send"}


def test_names_follow_contents_and_files_lead_to_what_is_served() -> None:
    assets = DeskAssets()
    for name in ("desk.css", "desk.js", "tabler.css", "htmx.js", "echarts.js", "icons.svg", "inter.woff2"):
        served = assets.name(name)
        assert re.fullmatch(rf"{Path(name).stem}\.[0-9a-f]{{12}}{Path(name).suffix}", served)
        assert assets.find(served) is not None
    style = assets.find(assets.name("desk.css"))
    assert style is not None
    assert assets.name("inter.woff2").encode() in style.content
    assert b"sourceMappingURL" not in style.content
    assert assets.find("desk.css") is None
    assert not [
        name for name in ("tabler.css", "htmx.js", "echarts.js") if b"sourceMappingURL" in (assets.find(assets.name(name)) or style).content
    ]


def test_no_file_of_ours_asks_another_host() -> None:
    for file in STATIC.iterdir():
        assert "//" not in re.sub(r"(?m)^\s*//.*$|\s// .*$", "", file.read_text()).replace("http://www.w3.org", ""), file.name


def test_an_image_needs_only_what_is_used(tmp_path: Path) -> None:
    copy_used(LIBRARIES, tmp_path)
    assert DeskAssets(tmp_path).name("icons.svg") == DeskAssets().name("icons.svg")
    assert sorted(file.name for file in (tmp_path / "swagger-ui-dist").iterdir()) == [
        "favicon-32x32.png",
        "swagger-ui-bundle.js",
        "swagger-ui.css",
    ]
    assert not (tmp_path / "axe-core").exists()


def test_without_the_libraries_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        DeskAssets(tmp_path)

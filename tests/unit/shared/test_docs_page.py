"""`/docs`: its files come from here, under names that change with their content; without them it says so."""

import re
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from shared.web import docs

SCRIPT, STYLE = b"var SwaggerUIBundle = 1", b"body {}"


@pytest.fixture
def libraries(tmp_path: Path) -> Path:
    folder = tmp_path / "swagger-ui-dist"
    folder.mkdir()
    for name, content in (("swagger-ui-bundle.js", SCRIPT), ("swagger-ui.css", STYLE), ("favicon-32x32.png", b"png")):
        (folder / name).write_bytes(content)
    return tmp_path


def client(libraries: Path, title: str = "intake") -> httpx.AsyncClient:
    app = FastAPI(title=title, docs_url=None, redoc_url=None)
    docs.install(app, libraries)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test")


async def test_every_file_of_the_page_is_served_for_a_year_under_its_hash(libraries: Path) -> None:
    async with client(libraries) as http:
        page = await http.get("/docs")
        found = re.findall(r'(?:src|href)="(docs/assets/[^"]+)"', page.text)
        files = {name: await http.get(f"/{name}") for name in found}
    assert len(files) == 5
    assert {each.status_code for each in files.values()} == {200}
    assert all("immutable" in each.headers["cache-control"] for each in files.values())
    assert all(re.search(r"\.[0-9a-f]{12}\.(js|css|png)$", name) for name in files)
    assert {each.content for each in files.values()} >= {SCRIPT, STYLE}
    assert page.headers["cache-control"] == "no-cache"


async def test_another_content_has_another_name(libraries: Path) -> None:
    async with client(libraries) as http:
        before = (await http.get("/docs")).text
    (libraries / "swagger-ui-dist" / "swagger-ui.css").write_bytes(b"body { color: red }")
    async with client(libraries) as http:
        assert (await http.get("/docs")).text != before


async def test_the_page_allows_no_other_host_and_no_inline_script(libraries: Path) -> None:
    async with client(libraries, title="<b>") as http:
        page = await http.get("/docs")
    policy = dict(part.split(" ", 1) for part in page.headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert "//" not in page.text
    assert "<b>" not in page.text


@pytest.mark.parametrize("name", ["swagger-ui.css", "page.html", "..%2Fpackage.json", "swagger-ui.000000000000.css"])
async def test_no_other_file_is_served(libraries: Path, name: str) -> None:
    async with client(libraries) as http:
        assert (await http.get(f"/docs/assets/{name}")).status_code == 404


async def test_without_the_libraries_it_says_what_to_do_and_works_once_they_are_there(tmp_path: Path, libraries: Path) -> None:
    aside = tmp_path / "aside"
    (libraries / "swagger-ui-dist").rename(aside)
    async with client(libraries) as http:
        for path in ("/docs", "/docs/assets/x.js"):
            refused = await http.get(path)
            assert (refused.status_code, refused.json()["code"]) == (503, "docs_not_installed")
            assert "make setup" in refused.json()["detail"]
        aside.rename(libraries / "swagger-ui-dist")
        assert (await http.get("/docs")).status_code == 200

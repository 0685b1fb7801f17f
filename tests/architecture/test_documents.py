"""What the documents name is there, and their lines can be read in a terminal."""

import re
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from tests.architecture.source import ROOT

NAMED = re.compile(r"(?<![\w/.-])(?:services|shared|deploy|tests|docs)/[\w./<>*-]*[\w>*/]")
LINK = re.compile(r"\]\(([^)\s]+)\)")
PLACE = re.compile(r"<\w+>")
MOST_FILES = 15
PAGE_WIDTH = 120
FENCE = re.compile(r"\s*(```|~~~)")
MARKER = re.compile(r"\s*([-*+]|\d+[.)])\s+")
# A code span, a link or a word, with all that sticks to it: what has no place to be broken at.
WHOLE = re.compile(r"(?:`[^`]*`|!?\[[^\]]*\]\([^)\s]*\)|[^\s`])+")
MAPS = ("README.md", "CONTRIBUTING.md", "docs/architecture.md")


def pages() -> list[str]:
    """Every Markdown file of the project, relative to the root."""
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [name for name in listed.stdout.splitlines() if (ROOT / name).exists()]


@pytest.mark.parametrize("page", MAPS)
def test_every_file_that_a_map_names_is_there(page: str) -> None:
    """`<publisher>` stands for any one name, so at least one file must be there."""
    named = set(NAMED.findall((ROOT / page).read_text(encoding="utf-8")))
    assert len(named) > 10, "else this test can't fail"
    missing = [name for name in sorted(named) if not any(ROOT.glob(PLACE.sub("*", name).rstrip("/")))]
    assert not missing


def test_every_link_leads_somewhere() -> None:
    broken = []
    for page in pages():
        for link in LINK.findall((ROOT / page).read_text(encoding="utf-8")):
            file = link.partition("#")[0]
            if file and "://" not in file and not (ROOT / Path(page).parent / file).exists():
                broken.append(f"{page}: {link}")
    assert not broken


def test_a_walk_passes_at_most_fifteen_files_of_a_service() -> None:
    text = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    walks = dict(re.findall(r"^## (An? .+)\n((?:(?!^## ).*\n)*)", text, re.MULTILINE))
    assert list(walks) == [
        "A chat message",
        "A decision",
        "A document",
        "A notice",
        "A page of the desk",
        "A page for everybody",
        "A piece of the content studio",
    ]
    for title, body in walks.items():
        passed = Counter(service for service, _ in set(re.findall(r"services/(\w+)/([\w/]+\.py)", body)))
        assert passed, f"{title} names no file"
        assert max(passed.values()) <= MOST_FILES, f"{title}: {passed}"


def prose(page: str) -> list[tuple[int, str]]:
    """The lines that are neither table nor code, with their numbers."""
    lines, fenced = [], False
    for number, line in enumerate((ROOT / page).read_text(encoding="utf-8").splitlines(), 1):
        if FENCE.match(line):
            fenced = not fenced
        elif not fenced and not line.lstrip().startswith("|"):
            lines.append((number, line))
    return lines


def test_prose_is_wrapped() -> None:
    """A line that is one link or one code span can't be shorter than it is. CHANGELOG.md is not looked at: it is cut at each release."""
    long = [
        f"{page}:{number}"
        for page in pages()
        for number, line in prose(page)
        if len(line) > PAGE_WIDTH and len(WHOLE.findall(MARKER.sub("", line, count=1))) > 1
    ]
    assert not long

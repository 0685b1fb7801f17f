"""The model of cost: its page is the one in docs, and what is assumed can be replaced."""

from pathlib import Path

import pytest

from deploy.cluster.cost import LOADS, Load, Machine, cores, limits, main, nodes, page

PAGE = Path(__file__).parents[3] / "docs" / "growing.md"


def test_the_page_is_what_the_module_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(LOADS, Machine())


def test_twice_the_people_need_twice_the_cores() -> None:
    one, two = cores(Load(people=1_000_000), Machine()), cores(Load(people=2_000_000), Machine())
    assert two == pytest.approx({part: 2 * busy for part, busy in one.items()})
    assert nodes(Load(people=10_000_000_000), Machine()) > nodes(Load(), Machine()) == 2, "one may go"


def test_what_is_nearest_to_its_end_comes_first() -> None:
    shares = [limit.demand / limit.supply for limit in limits(LOADS["a nation"], Machine())]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] > 1
    assert all(limit.demand < limit.supply for limit in limits(Load(), Machine())), "one office is far from any"


def test_an_assumption_is_replaced_by_an_option(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--people", "5000000", "--by-chat", "0.5", "--cores", "32"]) == 0
    printed = capsys.readouterr().out
    assert "| people | 5,000,000 |" in printed
    assert "A node has 32 cores" in printed

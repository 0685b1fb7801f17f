"""Comparisons of two texts: who gets which, when it is over, and what is concluded, against an example worked by hand."""

from datetime import date

import pytest

from shared.trials import Arm, ArmCount, StoppingRule, arm_of, verdict
from shared.web.desk.trial_words import rule_words, share_words, verdict_words

TODAY = date(2026, 11, 29)


def test_half_get_each_text_and_always_the_same_one() -> None:
    people = [f"c-{number}" for number in range(2000)]
    arms = [arm_of("t-1", who) for who in people]
    assert arms == [arm_of("t-1", who) for who in people]
    assert 900 < arms.count(Arm.A) < 1100
    again = [arm_of("t-2", who) for who in people]
    assert 900 < sum(one is other for one, other in zip(arms, again, strict=True)) < 1100, "another comparison shuffles anew"


def test_nothing_is_concluded_before_the_rule_is_met() -> None:
    by_people, by_day = StoppingRule(per_arm=100), StoppingRule(ends_on=TODAY)
    assert not by_people.is_met(ArmCount(90, 99), ArmCount(0, 500), TODAY)
    assert by_people.is_met(ArmCount(90, 100), ArmCount(0, 500), TODAY)
    assert not by_day.is_met(ArmCount(9, 9), ArmCount(0, 9), TODAY)
    assert by_day.is_met(ArmCount(9, 9), ArmCount(0, 9), date(2026, 11, 30))
    assert rule_words(by_people) == "Disimpulkan begitu tiap teks sudah sampai ke 100 orang, tidak lebih awal."
    assert rule_words(by_day).startswith("Disimpulkan sesudah")


@pytest.mark.parametrize("parts", [{}, {"per_arm": 5, "ends_on": TODAY}])
def test_a_rule_is_a_number_or_a_day(parts: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="a number"):
        StoppingRule(**parts)  # type: ignore[arg-type]


def test_what_is_concluded_is_the_difference_with_its_interval() -> None:
    # Newcombe's example: 56 of 70 beside 48 of 80 is 20 points more, from 5.24 to 33.39
    better = verdict(ArmCount(56, 70), ArmCount(48, 80))
    assert better.better is Arm.A
    assert "Teks A lebih baik: 20,0 poin persen lebih banyak yang membaca (antara 5,2 dan 33,4)." in verdict_words(better, "membaca")
    assert share_words(better.a) == "80,0 % (antara 69,2 dan 87,7)"
    worse = verdict(ArmCount(48, 80), ArmCount(56, 70))
    assert "Teks B lebih baik: 20,0 poin persen lebih banyak yang membaca (antara 5,2 dan 33,4)." in verdict_words(worse, "membaca")
    unknown = verdict(ArmCount(5, 56), ArmCount(0, 29))
    assert unknown.better is None
    assert "dari -3,8 sampai 19,3 poin persen" in verdict_words(unknown, "membaca")
    assert verdict(ArmCount(0, 0), ArmCount(0, 0)).better is None

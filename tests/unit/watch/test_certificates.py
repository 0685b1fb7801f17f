"""How many days a certificate has left, and of which nobody is told."""

import math
from datetime import timedelta

import pytest
from cryptography import x509

from deploy.watch.checks import days_left
from shared.clock import now
from tests.support.office_answers import certificate

HALF_A_DAY = timedelta(hours=12)


def made(life: timedelta, begins: timedelta) -> x509.Certificate:
    """A certificate that began and ends so long from now."""
    return x509.load_pem_x509_certificate(certificate("door", "authority", life, begins=begins).encode())


def test_an_ordered_certificate_has_its_days() -> None:
    assert days_left(made(timedelta(days=20), timedelta(days=-70)), now()) == pytest.approx(20, abs=0.01)


def test_of_one_that_is_renewed_by_itself_there_are_none() -> None:
    assert math.isnan(days_left(made(HALF_A_DAY, timedelta(hours=-1)), now()))


def test_one_that_is_over_is_told_of_however_short_it_was() -> None:
    assert days_left(made(-HALF_A_DAY, timedelta(days=-1)), now()) == pytest.approx(-0.5, abs=0.01)

"""The page of a civil service says what its file says."""

from __future__ import annotations

from deploy.service_pages import pages
from shared.reference.catalogue import Catalogue, catalogue, read_service
from shared.reference.service_files import attachments, products

EXAMPLE = """
name = "Contoh"
about = "Sebuah contoh"
group = "kk"
subject = { of = "member", nik = "child_nik" }
may_ask = ["parent"]
products = ["akta_kelahiran", "kk", "kk"]
review = { automatic = true }
promise_hours = 8
report_within_days = 60
law = ["UU 1/2000 ps 1"]
words = ["contoh saya"]
effect = "kk_hilang"
version = 2
valid_from = 2026-03-01
transition_days = 14

[[fields]]
name = "child_nik"
type = "nik"

[[fields]]
name = "married"
type = "yes_no"

[[fields]]
name = "born_on"
type = "date"
rules = { past = true, within_years = 120 }

[[fields]]
name = "weight"
type = "number"
rules = { min = 400, max = 7000, unit = "g" }
when = { all = [{ field = "married", is = [true] }, { not = { field = "born_on", older_than_days = 60 } }] }

[[fields]]
name = "witnesses"
type = "group"
count = [1, 2]
fields = [{ name = "job", type = "choice", choices = "occupation" }]

[[fields]]
name = "paper"
type = "document"
any_of = ["kk"]
optional = true
"""


def test_a_page_has_the_fields_with_conditions_limits_and_lists_in_words() -> None:
    service = read_service("example", EXAMPLE, ["version = 1"])
    made = dict(pages(Catalogue({"example": service}, products(), attachments())))
    page = made["example.md"]
    for line in (
        "| who may ask | Ayah atau ibu (`parent`) |",
        "| about whom | member (NIK in `child_nik`) |",
        "| decided | without an officer where every check is green, else by an officer |",
        "| promise | 8 working hours from the complete request |",
        "| to be reported | within 60 days |",
        "| follows the rules of | [`kk_hilang`](kk_hilang.md) |",
        "| people call it | contoh saya |",
        "| `born_on` | date |  | not after today, at most 120 years ago |",
        "| `weight` | number | `married` is yes and not (`born_on` is more than 60 days ago) | 400 to 7000 g |",
        "| `witnesses` | group |  | 1 to 2 rows |",
        "| `witnesses[].job` | choice |  | list [`occupation`](lists.md#occupation) |",
        "| `paper` | document | may be left out | Kartu Keluarga (`kk`) |",
    ):
        assert line in page
    assert "Version 2 since 01-03-2026" in page
    assert "older versions (1) are taken until 14 days" in page
    assert "not ready" in page
    assert "Kutipan Akta Kelahiran (`akta_kelahiran`, pdf, LU, LT when late); Kartu Keluarga (`kk`, pdf, KK) |" in page
    assert "[Contoh](example.md) (`example`, not ready): Sebuah contoh" in made["README.md"]
    for line in (
        "| Permendagri 6/2026 | `6/2026` | 20-02-2026 | 30 |",
        "### education, 109/2019\n\nPermendagri 109/2019, offered since ever: 10 codes.",
        "### occupation, 6/2026\n\nPermendagri 6/2026, offered since 20-02-2026: 108 codes.",
        "6/2026 prints Strata I twice",
    ):
        assert line in made["lists.md"]


def test_every_service_has_a_page_and_is_in_the_list() -> None:
    made = dict(pages(catalogue()))
    assert set(made) == {"README.md", "lists.md", *(f"{code}.md" for code in catalogue().services)}
    assert all(f"]({code}.md)" in made["README.md"] for code in catalogue().services)

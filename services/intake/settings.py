"""The environment of intake."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, Field, SecretStr, model_validator

from shared.reference.regions import districts
from shared.settings import OfficeSettings, PageSettings, ServiceSettings, WhatsappSettings


def known_district(code: str) -> str:
    """Return the code of a kecamatan of the regency.

    Raises:
        ValueError: there is none with it.
    """
    if code not in districts():
        raise ValueError("no kecamatan of the regency has this code")
    return code


class Settings(WhatsappSettings, OfficeSettings, PageSettings, ServiceSettings):
    """The settings of intake, beside those of every service."""

    port: Annotated[int, Field(ge=0, le=65535, description="Port of the HTTP side; every role has /livez, /readyz and /metrics")] = 8101

    whatsapp_app_secret: Annotated[SecretStr, Field(min_length=1, description="App secret: signs the webhook's bodies")]
    whatsapp_app_secret_before: Annotated[SecretStr | None, Field(description="The secret before, while it is being changed")] = None
    whatsapp_verify_token: Annotated[SecretStr, Field(min_length=1, description="Token of the webhook's handshake")]
    whatsapp_media_hosts: Annotated[
        frozenset[str], Field(description="JSON list of hosts (host or host:port) that media may be fetched from")
    ] = frozenset({"lookaside.fbsbx.com", "graph.facebook.com"})
    media_max_bytes: Annotated[int, Field(ge=1024, description="Largest photo or PDF from a chat, in bytes")] = 10 * 1024 * 1024
    media_tries: Annotated[int, Field(ge=1, description="Tries to fetch a photo before the citizen is asked to send it again")] = 6

    court_secrets: Annotated[
        dict[str, tuple[SecretStr, ...]],
        Field(default_factory=dict, description='JSON: the signing secrets of each court, {"PA.Kab.Mn": ["whsec_…"]}'),
    ]

    file_max_bytes: Annotated[int, Field(ge=1024, description="Largest uploaded file, in bytes")] = 10 * 1024 * 1024

    photo_max_pixels: Annotated[int, Field(ge=1_000_000, description="Largest picture, in pixels")] = 40_000_000
    photo_longest_side: Annotated[int, Field(ge=1_000, description="Longer side of a picture as it is kept, in pixels")] = 2_000
    photo_dark_below: Annotated[
        int, Field(ge=0, le=255, description="Brightness of a paper, 0 to 255, below which its photo is called too dark; 0 = never")
    ] = 60
    photo_blurred_below: Annotated[
        float, Field(ge=0, description="Sharpness of writing, in percent of the contrast, below which a photo is called blurred; 0 = never")
    ] = 0.6
    photo_cut_above: Annotated[
        float, Field(ge=0, description="Writing at an edge, in percent of that within, above which a photo is called cut off")
    ] = 90.0
    pdf_max_pages: Annotated[int, Field(ge=1, description="Pages of a PDF that a citizen sends")] = 20
    pdf_max_objects: Annotated[int, Field(ge=100, description="Objects of a PDF that a citizen sends")] = 20_000
    inspection_seconds: Annotated[float, Field(gt=0, description="How long one file may be looked at, in seconds")] = 20.0
    inspection_start_seconds: Annotated[float, Field(gt=0, description="How long the process that looks at files may take to start")] = 60.0
    inspection_memory_mib: Annotated[int, Field(ge=256, description="Address space of the process that looks at files, in MiB")] = 768
    inspection_files_per_life: Annotated[int, Field(ge=1, description="Files after which that process is replaced")] = 2_000

    unused_file_days: Annotated[
        float, Field(ge=1, description="How long an upload waits for the request that names it before it is swept, in days")
    ] = 7.0

    clock_jump_days: Annotated[
        float,
        Field(
            ge=1,
            description="Where the clock is more than this away from when it was looked at last, no photos are removed until it is back, "
            "or has gone on for as long; in days",
        ),
    ] = 14.0
    request_file_days: Annotated[
        float,
        Field(
            ge=30,
            description="How long photos and papers of a request are kept after it has ended, while nothing of its sender is open, in days",
        ),
    ] = 90.0
    returned_file_days: Annotated[
        float,
        Field(ge=30, description="How long those of a returned request are kept, which may be mended, in days; then they are asked again"),
    ] = 180.0
    unread_webhook_days: Annotated[
        float, Field(ge=8, description="How long what WhatsApp sent in an unknown shape is kept, in days; Meta repeats for 7")
    ] = 365.0

    source_days: Annotated[
        float, Field(gt=0, description="How long after somebody came by a poster, a post or an ad what they begin is due to it, in days")
    ] = 30.0
    funnel_seconds: Annotated[
        float, Field(gt=0, le=60, description="How often the steps of the funnel are added to its counts, in seconds")
    ] = 2.0
    residents_file: Annotated[
        Path | None,
        Field(description="CSV of the people of each village, as shared/reference/data/residents_sample.csv; empty: that sample"),
    ] = None
    village_changes_file: Annotated[
        Path | None,
        Field(description="CSV of villages renamed, joined or split, as shared/reference/data/village_changes.csv; empty: that list"),
    ] = None
    neighbour_rest_days: Annotated[
        float,
        Field(
            ge=0,
            description="Whoever got a document is given a link to pass on to neighbours, and so long not again, in days; 0 = nobody is",
        ),
    ] = 0.0
    trips_start: Annotated[
        str,
        AfterValidator(known_district),
        Field(description="Code of the kecamatan from which teams leave for the villages: the order of a day's villages begins there"),
    ] = "351911"
    births_per_thousand: Annotated[
        float, Field(ge=0, le=100, description="Births of a thousand people in a year, by which certificates are expected (crude rate)")
    ] = 12.5
    deaths_per_thousand: Annotated[
        float, Field(ge=0, le=100, description="Deaths of a thousand people in a year, by which certificates are expected (crude rate)")
    ] = 8.5
    link_days: Annotated[
        float, Field(gt=0, description="How long a contact counts as the person's who was compared with the KTP-el, in days")
    ] = 365.0
    contact_requests_a_day: Annotated[int, Field(ge=1, description="Requests that one chat may file on one day (WIB)")] = 10
    person_requests_a_day: Annotated[int, Field(ge=1, description="Requests that may be filed for one NIK on one day (WIB)")] = 10
    repeat_days: Annotated[
        float, Field(ge=0, description="How long after its end the same request for the same NIK goes to an officer, in days; 0 = never")
    ] = 30.0

    code_lists_from: dict[str, date] = Field(
        default_factory=dict,
        description="JSON: since when this office uses a regulation's code lists, or one of them, such as "
        '{"6/2026": "2027-01-01", "6/2026 occupation": "2026-03-01"}; else their data says when',
    )
    chat_log_days: Annotated[
        float,
        Field(ge=8, description="How long what was said in a chat is kept, in days; it tells a repeated message, and Meta repeats for 7"),
    ] = 90.0
    draft_reminder_hours: Annotated[
        float,
        Field(ge=0, lt=24, description="Silence after which somebody is reminded once of a draft, by day, in hours; 0 = never"),
    ] = 12.0
    office_phone: Annotated[
        str,
        Field(pattern=r"^([+(]?[0-9][0-9 ()-]{5,24})?$", description="Phone of the office that citizens may call; empty: none is told"),
    ] = ""
    unknown_words_days: Annotated[
        float,
        Field(ge=1, description="How far back the page of words that were not understood looks, in days; the chat's log ends earlier"),
    ] = 30.0
    words_poll_seconds: Annotated[
        float, Field(gt=0, le=60, description="How often a process looks for words that the office added, in seconds")
    ] = 20.0
    officer_lease_minutes: Annotated[
        float,
        Field(gt=0, description="How long a chat is one officer's without a sign of life, in minutes; renewed while its page is open"),
    ] = 10.0
    officer_answer_hours: Annotated[
        float,
        Field(
            gt=0,
            description="Longest wait for an officer in a chat, in working hours; who waits is told that time, and once when it is over",
        ),
    ] = 2.0
    chat_messages_a_minute: Annotated[
        int,
        Field(
            ge=2,
            description="Messages of one sender a minute that are answered; who writes faster is told once, and all of it counts",
        ),
    ] = 60

    status_tries_minutes: Annotated[
        float, Field(ge=1, description="Stretch of time in which wrong tries at /status are counted, in minutes; then nobody is paused")
    ] = 60.0
    status_tries_a_receipt: Annotated[
        int, Field(ge=1, description="Wrong digits that may be tried for one receipt in that time; of four digits there are 10,000")
    ] = 5
    status_tries_an_address: Annotated[
        int, Field(ge=1, description="Wrong tries from one address in that time; a village office has one for all who ask there")
    ] = 30
    visits_an_address: Annotated[
        int,
        Field(
            ge=1,
            description="Visitors of one page of a source who count from one address in STATUS_TRIES_MINUTES; phones share one",
        ),
    ] = 60
    survey_one_in: Annotated[
        int, Field(ge=0, description="Of so many requests that have ended one is asked how it was, drawn by its id; 0 = none")
    ] = 3
    survey_delay_minutes: Annotated[
        float, Field(ge=0, description="How long after a request has ended its sender is asked, by day, in minutes")
    ] = 30.0
    survey_from_hour: Annotated[int, Field(ge=0, le=23, description="From which hour of the day (WIB) on the survey asks")] = 7
    survey_until_hour: Annotated[int, Field(ge=1, le=24, description="Until which hour of the day (WIB) it does")] = 20
    survey_poll_seconds: Annotated[float, Field(gt=0, description="How often the survey looks whom to ask, in seconds")] = 30.0
    survey_link_days: Annotated[float, Field(gt=0, description="How long the link to the survey's page can be used, in days")] = 7.0
    survey_rest_days: Annotated[
        float, Field(ge=0, le=365, description="How long after it was asked a chat is not asked again, in days; 0 = it always may be")
    ] = 30.0
    survey_invitation_days: Annotated[
        float, Field(ge=1, description="How long an invitation is kept after its link ended, in days: SURVEY_REST_DAYS at least")
    ] = 365.0
    survey_remark_days: Annotated[
        float, Field(ge=31, description="How long words of the survey are kept after the end of their month, in days")
    ] = 730.0
    survey_small_sample: Annotated[int, Field(ge=1, description="Answers below which an index is marked as that of a small sample")] = 30
    survey_smallest_cell: Annotated[
        int, Field(ge=1, description="Answers below which no index and no count of people is shown: they would tell of single ones")
    ] = 5
    survey_calls_a_link: Annotated[
        int, Field(ge=20, description="Times that the pages of one link may be called in STATUS_TRIES_MINUTES; then 429")
    ] = 120

    report_seconds: Annotated[float, Field(gt=0, description="How long one report, picture or piece may take to be set, in seconds")] = 20.0
    report_idle_seconds: Annotated[
        float, Field(ge=0, description="After how long without an order the process that sets reports ends, in seconds; 0 = never")
    ] = 60.0
    report_memory_mib: Annotated[int, Field(ge=256, description="Address space of the process that sets reports, in MiB")] = 768

    bundle_days: Annotated[float, Field(gt=0, description="How long a ZIP file of posters can be fetched, in days; the posters stay")] = 7.0
    bundle_max_bytes: Annotated[int, Field(ge=1024 * 1024, description="Largest ZIP file of posters, in bytes")] = 256 * 1024 * 1024

    issuance_url: Annotated[str, Field(description="Where issuance serves documents")] = "http://127.0.0.1:8103"
    issuance_api_key: Annotated[SecretStr, Field(description="Our key at issuance, with the scope documents:read")] = SecretStr("")
    issuance_timeout_seconds: Annotated[float, Field(gt=0, description="Longest wait for issuance's next bytes, in seconds")] = 10.0

    open_services: Annotated[
        tuple[str, ...],
        Field(description="JSON list of catalogue services that may be asked for online, in the menu's order; empty: all that are ready"),
    ] = ()

    places_a_day: Annotated[
        dict[str, int],
        Field(
            default_factory=dict,
            description='JSON: how many may come to the office on one day for a service that is done in person, such as {"ktp_rekam": 60}',
        ),
    ]

    chats_at_once: Annotated[int, Field(ge=1, le=64, description="Chats that one process works on at a time")] = 16
    chat_lease_seconds: Annotated[
        float, Field(gt=0, description="How long a chat is one process's without a sign of life, in seconds; renewed thrice in that time")
    ] = 6.0
    chat_tries: Annotated[int, Field(ge=1, description="Failures of one message before it is parked and the chat goes on")] = 6
    webhook_log_alarm_seconds: Annotated[
        float, Field(gt=0, description="Age of the oldest message or status not handled yet that makes the service not ready, in seconds")
    ] = 300.0
    webhook_log_poll_seconds: Annotated[
        float, Field(gt=0, description="How often the webhook log is looked at without being woken, in seconds")
    ] = 1.0
    webhook_log_watch: Annotated[
        bool,
        Field(description="true where the API runs in processes of its own: workers then follow what it stores by a change stream"),
    ] = False
    yield_seconds: Annotated[
        float,
        Field(ge=0, le=1, description="How long work on what is stored gives way to requests that are being answered, at most, in seconds"),
    ] = 0.1

    @model_validator(mode="after")
    def _rests_are_remembered(self) -> Self:
        if self.survey_invitation_days < self.survey_rest_days:
            raise ValueError("SURVEY_INVITATION_DAYS: nobody would know who rests for SURVEY_REST_DAYS")
        return self

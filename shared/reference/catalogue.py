"""The catalogue of services: a file for each, `services/<code>.toml`; an older version of its form is `services/<code>.v<version>.toml`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from typing import Final

from shared.errors import DomainError, NotFound
from shared.reference.civil_service import CivilService as CivilService
from shared.reference.civil_service import Offer as Offer
from shared.reference.civil_service import Place as Place
from shared.reference.civil_service import Product as Product
from shared.reference.civil_service import ProductForm as ProductForm
from shared.reference.civil_service import Stages as Stages
from shared.reference.civil_service import Subject as Subject
from shared.reference.civil_service import SubjectKind as SubjectKind
from shared.reference.civil_service import VisitPlace as VisitPlace
from shared.reference.lists import UsedFrom, check_used_from
from shared.reference.service_files import attachments, products
from shared.reference.service_files import read_service as read_service

_OLDER: Final = re.compile(r"(.+)\.v[0-9]+")


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All services, products and attachment kinds of the office."""

    services: Mapping[str, CivilService]
    products: Mapping[str, Product]
    attachments: Mapping[str, str] = field(default_factory=dict)
    """Attachment kind -> its Indonesian name."""

    def find(self, service_id: str) -> CivilService | None:
        """Return the service, or None where the catalogue has none of that id."""
        return self.services.get(service_id)

    def get(self, service_id: str) -> CivilService:
        """Return the service.

        Raises:
            NotFound: `unknown_service`.
        """
        service = self.services.get(service_id)
        if service is None:
            raise NotFound("unknown_service")
        return service

    def openable(self, service_id: str) -> CivilService:
        """Return a service that an installation may open.

        Raises:
            NotFound: `unknown_service`.
            DomainError: `service_not_ready`: a part of the product does not implement it. Better at start than after a citizen confirmed.
        """
        service = self.get(service_id)
        if not service.ready:
            raise DomainError("service_not_ready", service_id)
        return service

    def online(self) -> tuple[str, ...]:
        """Return the services that an installation may open to citizens: done online, or in person with a day asked for."""
        return tuple(code for code, service in self.services.items() if service.ready and service.offer is not Offer.COURT)

    def attachment_name(self, kind: str) -> str:
        """Return what citizens call this kind of attachment; the kind itself where it is unknown."""
        return self.attachments.get(kind, kind)

    def adjusted(
        self,
        *,
        promise_hours: Mapping[str, float] | None = None,
        automatic: Mapping[str, bool] | None = None,
        second: Mapping[str, bool] | None = None,
        places_a_day: Mapping[str, int] | None = None,
        lists_from: UsedFrom | None = None,
    ) -> Catalogue:
        """Return the catalogue with the settings of this installation laid over it.

        Raises:
            NotFound: `unknown_service` or `unknown_list_version` when a setting names one that is not there: better at start than silently
                ignored.
        """
        services = dict(self.services)
        for service_id, hours in (promise_hours or {}).items():
            services[service_id] = replace(self.get(service_id), promise_hours=hours)
        for service_id, allowed in (automatic or {}).items():
            services[service_id] = replace(services.get(service_id) or self.get(service_id), automatic=allowed)
        for service_id, needed in (second or {}).items():
            services[service_id] = replace(services.get(service_id) or self.get(service_id), second=needed)
        for service_id, places in (places_a_day or {}).items():
            services[service_id] = replace(services.get(service_id) or self.get(service_id), places_a_day=places)
        if lists_from:
            used_from = check_used_from(lists_from)
            services = {code: service.using(used_from) for code, service in services.items()}
        return replace(self, services=services)


@cache
def catalogue() -> Catalogue:
    """Return the catalogue as shipped, read once.

    Raises:
        ValueError: a file says what nothing knows; the error begins with the file's name.
    """
    texts = {
        file.name.removesuffix(".toml"): file.read_text(encoding="utf-8")
        for file in sorted(files(__package__).joinpath("services").iterdir(), key=lambda file: file.name)
        if file.name.endswith(".toml")
    }
    older: dict[str, list[str]] = {code: [] for code in texts if not _OLDER.fullmatch(code)}
    for match in filter(None, map(_OLDER.fullmatch, texts)):
        older[match[1]].append(texts[match[0]])
    return Catalogue(
        services={code: read_service(code, texts[code], forms) for code, forms in older.items()},
        products=products(),
        attachments=attachments(),
    )

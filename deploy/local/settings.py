"""Addresses and places of a local run. Every port is a setting; every default is free on a usual machine."""

import sys
from collections import defaultdict
from pathlib import Path
from typing import Self

from pydantic import Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class LocalSettings(BaseSettings):
    """What `make run` and the tests read from the environment.

    A server whose address is given (``AMQP_URL``, ``MONGO_URL``) is used as it is and neither started nor stopped.
    """

    model_config = SettingsConfigDict(extra="ignore", frozen=True)

    local_state: Path = Field(default=Path(".local"), description="folder for the data, keys and logs of a local run")
    database_prefix: str = Field(default="", description="put before the name of each service's database")
    register_families: int = Field(default=1000, ge=700, description="families of the sample register, loaded in a second or two")
    undo_seconds: float = Field(default=10.0, ge=0, description="how long an officer can undo a decision; 0 = not at all")
    survey_one_in: int = Field(default=1, ge=0, description="of so many requests that have ended one is asked how it was; 0 = none")
    survey_delay_minutes: float = Field(default=60.0, ge=0, description="how long after its end; an hour is longer than any journey")
    trace_sample: float = Field(default=0.0, ge=0, le=1, description="share of the traces that are recorded; 0 = no collector is started")
    once: bool = Field(default=False, description="end after the journeys instead of staying up")

    watch: bool = Field(default=False, description="Prometheus, alarms and checks beside the run (make watch)")
    watch_seconds: float = Field(default=15.0, gt=0, description="how often Prometheus asks and judges; 15 as in production")
    alarm_smtp: str = Field(default="", description="host:port of a mail server without TLS for alarms; empty = no letters")

    amqp_url: str = Field(default="", description="a RabbitMQ that already runs; empty = start a private one")
    rabbitmq_api_url: str = Field(default="", description="its management API, user in it; empty = port 15672 of the same host")
    mongo_url: str = Field(default="", description="a MongoDB replica set that already runs; empty = start a private one")

    rabbitmq_server: str = Field(default="", description="path of rabbitmq-server; empty = look in the usual places")
    rabbitmq_port: int = Field(default=5673, description="AMQP port of the private RabbitMQ node")
    rabbitmq_api_port: int = Field(default=15673, description="its management API and pages")
    rabbitmq_dist_port: int = Field(default=25673, description="its Erlang distribution port")
    rabbitmq_epmd_port: int = Field(default=4373, description="its port mapper")
    mongo_port: int = Field(default=27117, description="port of the private mongod")

    intake_port: int = Field(default=8101, description="intake's HTTP port")
    verification_port: int = Field(default=8102, description="verification's HTTP port")
    issuance_port: int = Field(default=8103, description="issuance's HTTP port")
    notifier_port: int = Field(default=8104, description="notifier's HTTP port")
    desk_port: int = Field(default=8100, description="the front door: pages of the desk, and the services behind one address")
    whatsapp_port: int = Field(default=8111, description="the WhatsApp simulator and its chat page")
    court_port: int = Field(default=8112, description="the court simulator and its page")
    graph_port: int = Field(default=8113, description="the simulator of Instagram and Facebook and its page")

    traces_port: int = Field(default=8114, description="the collector of traces, where some are recorded")
    prometheus_port: int = Field(default=9190, description="Prometheus")
    alertmanager_port: int = Field(default=9193, description="its Alertmanager")
    checks_port: int = Field(default=8120, description="the checks from time to time")
    rabbitmq_metrics_port: int = Field(default=15693, description="where the private RabbitMQ tells of its queues")
    backup_metrics_port: int = Field(default=0, description="where a running `admin backup keep` tells its age; 0 = nowhere")

    @model_validator(mode="after")
    def _ports_differ(self) -> Self:
        by_port = defaultdict(list)
        for name in type(self).model_fields:
            if name.endswith("_port"):
                by_port[getattr(self, name)].append(name.upper())
        for port, names in by_port.items():
            if len(names) > 1 and port != 0:
                raise ValueError(f"{' and '.join(names)} are both {port}: give each a port of its own")
        return self


def read_settings(command: str) -> LocalSettings | None:
    """Read the environment; None where a setting is wrong, after a line on standard error for each."""
    try:
        return LocalSettings()
    except ValidationError as error:
        for item in error.errors(include_url=False):
            name = ".".join(map(str, item["loc"])).upper()
            print(f"{command}: {f'setting {name}: ' if name else ''}{item['msg'].removeprefix('Value error, ')}", file=sys.stderr)
        return None

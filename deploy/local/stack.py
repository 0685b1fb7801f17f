"""The whole system on one machine: servers, layout, keys, sample register, services and simulators. Used by `make run` and by tests."""

import json
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import httpx

from deploy import mongodb
from deploy.keys import Keys, exports, load_keys, write_secret
from deploy.local.accounts import put_accounts
from deploy.local.broker import RabbitNode
from deploy.local.commands import command, make_authority, make_register
from deploy.local.database import MongoNode
from deploy.local.parts import ROOT, SERVICES, SIMULATORS, TRACES, Addresses, Part, behind_front_door, front_door, inherited, parts
from deploy.local.ports import HOST, require_free
from deploy.local.processes import Process, stop_left_over
from deploy.local.programs import find_caddy
from deploy.local.settings import LocalSettings
from deploy.local.users import broker_users, database_users
from deploy.local.watching import RULES, told_by, watching_parts

PEOPLE: Final = 50  # picked of it for each kind of request, so that one run's requests do not meet those of the last
READY_TIMEOUT_SECONDS: Final = 120
STOP_TIMEOUT_SECONDS: Final = 25  # a service drains for 20 s at most

Tell = Callable[[str], None]


class Stack:
    """Starts everything in the order in which it is needed and stops it in the reverse order. Calls block."""

    def __init__(
        self,
        settings: LocalSettings,
        tell: Tell = lambda _: None,
        adapt: Callable[[Part], Part] = lambda part: part,
        *,
        front_door: bool = False,
        demo_accounts: bool = True,
        rules: Path = RULES,
    ) -> None:
        """Describe it.

        Args:
            settings: Its ports and places.
            tell: Is told what has been done.
            adapt: Changes a part before it is started first, such as the addresses that a test puts in its environment.
            front_door: One address before all services, where its program is on this machine.
            rules: Folder of what is an alarm, where `settings.watch` asks for them.
            demo_accounts: An account for each role; without them nobody can sign in until somebody is invited by command.
        """
        self.settings = settings
        self._adapt = adapt
        self._front_door = find_caddy() if front_door else None
        self._demo_accounts = demo_accounts
        self._rules = rules
        self.state = settings.local_state.resolve()
        self.keys: Keys = load_keys(self.state / "keys")
        self.parts: tuple[Part, ...] = ()
        self._tell = tell
        self._addresses = Addresses({}, {})
        self._broker: RabbitNode | None = None
        self._database: MongoNode | None = None
        self._processes: dict[str, Process] = {}

    def start(self) -> None:
        """Start everything and wait until every part is ready.

        Raises:
            MissingServerError: a server program is not here; says what to do.
            PortTakenError: names the ports that are taken, and the setting that moves each.
            CannotStartError: something ended or is not ready in time; carries the end of its log.
        """
        for file in (self.state / "run").glob("*.pid"):  # before asking for ports: a killed run may still hold them
            stop_left_over(file)
        ours = (*SERVICES, *SIMULATORS, *(("desk",) if self._front_door else ()), *((TRACES,) if self.settings.trace_sample else ()))
        ours += ("prometheus", "alertmanager", "checks") if self.settings.watch else ()
        require_free({f"{name.upper()}_PORT": getattr(self.settings, f"{name}_port") for name in ours})
        with ThreadPoolExecutor() as pool:
            broker = pool.submit(self._start_broker)
            authority = pool.submit(make_authority, self.state / "ca")
            register = pool.submit(self._prepare_register)
            self._addresses = Addresses(broker.result(), register.result())
            authority.result()
        self._tell("queues, keys, demo authority and sample register are in place")
        self.parts = tuple(self._adapt(part) for part in self._described())
        write_secret(self.state / "env", exports(self.operator_environment()))
        write_secret(self.state / "adapter", exports(self.adapter_environment()))
        if self.settings.watch:
            operator, is_ours = self.operator_environment(), self._broker is not None
            watching = watching_parts(self.settings, self.state, operator, self._rules, has_broker=is_ours)
            self.parts += tuple(map(self._adapt, watching))
        for part in self.parts:
            self.start_part(part.name)
        for part in self.parts:
            self._processes[part.name].wait_ready(lambda part=part: _answers(part.ready_url), READY_TIMEOUT_SECONDS)  # type: ignore[misc]
        self._tell("four services and two simulators are ready")

    def _described(self) -> tuple[Part, ...]:
        found = parts(self.settings, self.keys, self._addresses, self.state)
        if self.settings.watch:
            found = tuple(told_by(part, self.settings) for part in found)
        if self._front_door is None:
            return found
        return *map(behind_front_door, found), front_door(self.settings, self._front_door, self.state)

    def stop(self) -> None:
        """Stop everything that this stack started: simulators and services together, then the servers. Safe to repeat."""
        with ThreadPoolExecutor() as pool:
            list(pool.map(lambda process: process.stop(STOP_TIMEOUT_SECONDS), self._processes.values()))
            list(pool.map(lambda server: server.stop(), self._servers.values()))

    def ended(self) -> list[str]:
        """Return the names of servers and parts that ended by themselves; servers first, for the parts need them."""
        servers = [name for name, server in self._servers.items() if not server.running]
        return servers + [name for name, process in self._processes.items() if not process.running]

    def exit_code(self, name: str) -> int | None:
        """Return how a server or part ended."""
        return self._servers[name].exit_code if name in self._servers else self.process(name).exit_code

    def start_again(self, name: str) -> None:
        """Start a server or part that ended; a server is ready when this returns.

        Raises:
            PortTakenError: somebody else has its port by now.
            CannotStartError: it ended again, or is not ready in time.
        """
        if name in self._servers:
            self._servers[name].start()
        else:
            self.start_part(name)

    def start_part(self, name: str, settings: Mapping[str, str] | None = None) -> None:
        """Start one part, the first time or after it ended. `settings`: with these beside its own, until it is started again."""
        part = self.part(name)
        if name not in self._processes or settings is not None:
            self._processes[name] = Process(
                name,
                part.command,
                pid_file=self.state / "run" / f"{name}.pid",
                log=self.state / "log" / f"{name}.log",
                env=inherited() | dict(part.environment) | dict(settings or {}),
                cwd=ROOT,
            )
        self._processes[name].start()

    def process(self, name: str) -> Process:
        """Return the process of a part, to send it signals or read its log."""
        return self._processes[name]

    def part(self, name: str) -> Part:
        """Return one part by name.

        Raises:
            KeyError: there is none of that name, or nothing was started yet.
        """
        for part in self.parts:
            if part.name == name:
                return part
        raise KeyError(name)

    def people(self) -> dict[str, list[dict[str, Any]]]:
        """Persons of the sample register for each kind of request (by service), `PEOPLE` of each."""
        picked: dict[str, list[dict[str, Any]]] = json.loads(self._people.read_text())
        return picked

    def amqp_url(self, user: str) -> str:
        """Return the broker's address for one of its users."""
        return self._addresses.amqp[user]

    def operator_environment(self) -> dict[str, str]:
        """Return what an operator's commands need (`source .local/env`)."""
        amqp = self.amqp_url("operator")
        return {
            "MONGO_URL": self._addresses.mongo[mongodb.OPERATOR],
            "AMQP_URL": amqp,
            "AMQP_VHOST": unquote(urlsplit(amqp).path.removeprefix("/")),
            "RABBITMQ_API_URL": self._broker.api_url if self._broker else self.settings.rabbitmq_api_url,
            "DATABASES": json.dumps(self._databases),
            "BROKER_PASSWORDS": str(self.state / "keys"),
            "BACKUP_MONGO_URL": self._addresses.mongo[mongodb.BACKUP],
            "BACKUP_TARGET": str(self.state / "backup"),
            "BACKUP_RECIPIENTS_FILE": str(self.state / "keys" / "backup_recipients"),
            "BACKUP_STATE": str(self.state / "keys"),
            "ADMIN_URLS": json.dumps({name: self.part(name).url for name in SERVICES}),
            "ADMIN_KEY": self.keys.clients["operator"],
            "API_KEY": self.keys.clients["admin-01"],
            **({"TRACES_URL": self.part(TRACES).url} if self.settings.trace_sample else {}),
            "DESK_URL": (self.desk_page or self.part("verification").url).removesuffix("/desk"),
        }

    def adapter_environment(self) -> dict[str, str]:
        """Return what a channel adapter needs (`source .local/adapter`, docs/adapters.md)."""
        return {"INTAKE": self.part("intake").url, "KEY": self.keys.clients["loket"]}

    def conservation(self) -> str:
        """Account for everything that was accepted; returns the table.

        Raises:
            CannotStartError: something is unaccounted for; carries the table.
        """
        return command("shared.messaging.admin", "conservation", environment=self.operator_environment())

    @property
    def desk_page(self) -> str:
        """The desk, by the front door; empty where there is none."""
        return f"http://{HOST}:{self.settings.desk_port}/desk" if self._front_door else ""

    @property
    def broker_page(self) -> str:
        """RabbitMQ's own pages; empty where the broker is not ours."""
        return f"http://{HOST}:{self._broker.api_port}/" if self._broker else ""

    @property
    def _servers(self) -> dict[str, RabbitNode | MongoNode]:
        """Those that are ours, by what people call them."""
        found = {"RabbitMQ": self._broker, "MongoDB": self._database}
        return {name: server for name, server in found.items() if server is not None}

    @property
    def register(self) -> Path:
        """The sample population register."""
        return self.state / "register.csv"

    @property
    def _people(self) -> Path:
        return self.state / "people.json"

    def _start_broker(self) -> Mapping[str, str]:
        """Start RabbitMQ where none is given, bring in the layout; returns the URL of each user."""
        url, api = self.settings.amqp_url, self.settings.rabbitmq_api_url
        if not url:
            self._broker = RabbitNode(
                self.state / "broker",
                port=self.settings.rabbitmq_port,
                api_port=self.settings.rabbitmq_api_port,
                dist_port=self.settings.rabbitmq_dist_port,
                epmd_port=self.settings.rabbitmq_epmd_port,
                program=self.settings.rabbitmq_server,
            )
            if self.settings.watch:
                self._broker.tell_metrics_on(self.settings.rabbitmq_metrics_port)
            self._broker.start()
            url, api = self._broker.url(), self._broker.api_url
            self._tell(f"RabbitMQ runs on port {self._broker.port}")
        return broker_users(url, api, self.state / "keys")

    def _prepare_register(self) -> Mapping[str, str]:
        """Start MongoDB where none is given, load the sample register where none is loaded; returns the URL of each user."""
        make_register(self.register, self._people, families=self.settings.register_families, people=PEOPLE)
        url = self.settings.mongo_url
        if not url:
            self._database = MongoNode(self.state / "database", port=self.settings.mongo_port)
            self._database.start()
            url = self._database.url
            self._tell(f"MongoDB runs on port {self._database.port}")
        urls = database_users(url, self.state / "keys", self._databases)
        loaded = self.state / "database" / "register-loaded"  # lies and goes with the data of our own MongoDB
        if self._database is None or not loaded.exists():
            where = {"MONGO_URL": urls["verification"], "MONGO_DATABASE": self._databases["verification"]}
            command("services.verification", "registry", "import", str(self.register), "--if-empty", environment=where)
            if self._demo_accounts:
                put_accounts(self.state / "keys", where)
            if self._database is not None:
                loaded.touch()
        return urls

    @property
    def _databases(self) -> dict[str, str]:
        """By service."""
        return {name: self.settings.database_prefix + name for name in SERVICES}


def _answers(url: str) -> bool:
    with suppress(httpx.HTTPError):
        return httpx.get(url, timeout=2, trust_env=False).status_code == httpx.codes.OK
    return False

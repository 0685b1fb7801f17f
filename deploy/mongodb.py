"""How MongoDB runs wherever this project runs it (compose, `make run`, tests): its flags, what its log may say, users and their rights."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Final
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from pymongo import MongoClient
from pymongo.errors import NotPrimaryError, OperationFailure, PyMongoError

from deploy.waiting import wait_until

Client = MongoClient[dict[str, Any]]

REPLICA_SET: Final = "rs0"
TRANSACTION_LIFE_SECONDS: Final = 5  # a transaction whose process was killed locks what it wrote until then; ours take milliseconds
NEVER_MS: Final = 2**31 - 1  # the largest limit there is: no operation is slow
FLAGS: Final = (
    *("--replSet", REPLICA_SET, "--quiet"),
    # The log of slow operations repeats their filters, and with them phones and NIK. Our own metrics tell what is slow.
    *("--slowms", str(NEVER_MS)),
    *("--setParameter", f"transactionLifetimeLimitSeconds={TRANSACTION_LIFE_SECONDS}"),
)
WITHOUT_EXPIRY: Final = ("--setParameter", "ttlMonitorEnabled=false")
"""For tests: expiry goes by the server's clock, and a test's clock stands still."""

# What mongod warns of when it breaks an operation off repeats the operation too, and only the Enterprise edition can be told not to.
# So a line keeps its attributes only where its component speaks of the server and not of what is stored. The storage engine does both:
# an index that can't be made repeats what is in the way, a disk that is full says so as "WiredTiger error".
SPEAKS_OF_THE_SERVER: Final = (
    *("CONTROL", "NETWORK", "ACCESS", "FTDC", "RECOVERY", "JOURNAL"),
    *("ELECTION", "REPL", "REPL_HB", "INITSYNC"),
)
LEFT_OUT: Final = '"left out: may hold personal data"'
FILTER: Final = '/"c":"({})"|"msg":"WiredTiger/! s/,"attr":.*$/,"attr":{}}}/'.format("|".join(SPEAKS_OF_THE_SERVER), LEFT_OUT)
FILTERED: Final = f"""exec "$@" > >(until sed -u -E '{FILTER}'; do sleep 1; done) 2>&1"""
"""A bash script that becomes the program it is given, whose output goes through the filter; one that a full disk ended is started again."""

SERVICE_ROLE: Final = "service"
_AUTHENTICATION_FAILED: Final = 18  # server error code

RIGHTS: Final = (
    *("find", "insert", "update", "remove", "changeStream"),
    *("createCollection", "createIndex", "listCollections", "listIndexes"),
    *("collMod", "collStats", "dbStats"),  # after how long rows expire; how much there is, and how much room is left
)
"""What a service may do in its own database. Nothing that takes away a collection, an index, a database or a user."""

OPERATOR: Final = "operator"
BACKUP: Final = "backup"
"""Reads the services' databases and the log of changes, and has databases of its own for drills."""
DRILL: Final = "drill_"
"""How the databases of a drill are named, before the service's."""
_WATCH_ROLE: Final = "watches"
"""How the members are: what they tell of themselves, nothing of what is stored."""
_BACKUP_ROLE: Final = "copies"  # MongoDB has one of its own that is called backup, and may read all there is
_READS: Final = ("find", "listCollections", "listIndexes")
ADMINISTRATOR: Final = "admin"


def filtered(program: Sequence[str]) -> list[str]:
    """Return the command line of a mongod whose output keeps to what may be logged."""
    return ["bash", "-c", FILTERED, "bash", *program]


def make_primary(url: str, member: str, timeout_seconds: float, others: Sequence[str] = ()) -> None:
    """Make the server at ``url`` a member of a replica set that takes writes, and wait until it does.

    ``member`` is the address the set knows it by; ``others``: the addresses of the other members, which must answer. A set that was made
    under another address (its port setting changed) is told the new one; a set that has fewer members gets the missing ones, one by one.
    The user that ``url`` names becomes the administrator of a set that has no user yet: asked of each member in turn, the primary does it.

    Raises:
        TimeoutError: it takes no writes in time.
    """
    members = [{"_id": number, "host": host} for number, host in enumerate((member, *others))]
    wanted = {"_id": REPLICA_SET, "version": 1, "members": members}
    parts = urlsplit(url)
    door = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], query="directConnection=true"))

    def settled() -> bool:
        with suppress(PyMongoError):
            return _settled(url, door, wanted)
        return False

    wait_until(settled, timeout_seconds, f"MongoDB at {member} takes writes")
    if parts.password:
        _let_administrator_in(door, unquote(parts.password))


def primary_of(url: str) -> str:
    """Return the address of the member that takes writes, as the set knows it; empty while there is none to be found."""
    with suppress(PyMongoError), Client(url, serverSelectionTimeoutMS=1000) as client:
        return str(client.admin.command("hello").get("primary", ""))
    return ""


class NoAdministratorError(Exception):
    """The user who was named may not make others, or the server can't be reached."""


class ForeignDatabaseError(Exception):
    """The administrator has another password here: the database was made with another state."""


def refuse_foreign(client: Client) -> None:
    """Refuse to work on a database that another installation made.

    Raises:
        ForeignDatabaseError: see there.
    """
    try:
        client.admin.command("ping")
    except OperationFailure as error:
        if error.code == _AUTHENTICATION_FAILED:
            raise ForeignDatabaseError from error
        raise


def renew_administrator(url: str, old: str, new: str) -> None:
    """Give the administrator another password; one who is let in with it already keeps it.

    Raises:
        ForeignDatabaseError: neither of both is right.
    """
    with suppress(ForeignDatabaseError), Client(url_for(url, ADMINISTRATOR, new, "admin")) as client:
        refuse_foreign(client)
        return
    with Client(url_for(url, ADMINISTRATOR, old, "admin")) as client:
        refuse_foreign(client)
        client.admin.command("updateUser", ADMINISTRATOR, pwd=new)


def make_users_at(url: str, passwords: Mapping[str, str], databases: Mapping[str, str], *, timeout_seconds: float) -> None:
    """Do as `make_users`, signed in as the URL says.

    Raises:
        NoAdministratorError: see there.
    """
    try:
        with Client(url, serverSelectionTimeoutMS=int(timeout_seconds * 1000)) as client:
            make_users(client, passwords, databases)
    except PyMongoError as error:
        raise NoAdministratorError(str(error)) from error


def make_users(client: Client, passwords: Mapping[str, str], databases: Mapping[str, str]) -> None:
    """Give each service its user and its rights, as they are today, the operator those of all services, and whoever backs up. Repeatable.

    Args:
        client: signed in as an administrator.
        passwords: by user: each service, the operator, and whoever backs up.
        databases: by service.
    """
    for service, database in databases.items():
        _role(client, database)
        _user(client, database, service, passwords[service], [database])
    _user(client, "admin", OPERATOR, passwords[OPERATOR], list(databases.values()), [_watch_role(client)])
    _backup_user(client, passwords[BACKUP], databases)


def url_for(url: str, user: str, password: str, database: str) -> str:
    """Return the same server for a user that is known in `database`."""
    parts = urlsplit(url)
    address = parts.netloc.rpartition("@")[2]
    query = dict(parse_qsl(parts.query)) | {"authSource": database}
    return urlunsplit(
        (parts.scheme, f"{quote(user, safe='')}:{quote(password, safe='')}@{address}", parts.path or "/", urlencode(query), "")
    )


def _let_administrator_in(door: str, password: str) -> None:
    """Make the first user. Once there is one, MongoDB refuses others who do not sign in, and this does nothing; nor does a secondary."""
    with Client(door) as client, suppress(OperationFailure, NotPrimaryError):
        client.admin.command("createUser", ADMINISTRATOR, pwd=password, roles=["root"])


def _settled(url: str, door: str, wanted: dict[str, Any]) -> bool:
    """Do the next step towards a set that takes writes; True when there is nothing left to do."""
    with Client(door, serverSelectionTimeoutMS=1000, connectTimeoutMS=2000) as anybody:
        hello = anybody.admin.command("hello")
        hosts = {member["host"] for member in wanted["members"]}
        takes_writes = hello.get("isWritablePrimary") or hello.get("primary") not in (
            None,
            hello.get("me"),
        )  # one just elected does not yet
        if takes_writes and hosts <= set(hello.get("hosts", ())):
            return True
        unknown = hello.get("isreplicaset", False)  # a set without a configuration, or one in which this member is not
        if unknown and _initiated(anybody, wanted):
            return False
    with Client(url, serverSelectionTimeoutMS=1000, connectTimeoutMS=2000) as client:
        if unknown and _initiated(client, wanted):
            return False
        config = client.admin.command("replSetGetConfig")["config"]
        _reconfigured(client, config, wanted["members"])
    return False


def _reconfigured(client: Client, config: dict[str, Any], wanted: Sequence[Mapping[str, Any]]) -> None:
    """Tell a set of one its new address, or the set its next missing member: MongoDB takes one at a time."""
    known = [member["host"] for member in config["members"]]
    missing = [member["host"] for member in wanted if member["host"] not in known]
    if not missing:
        return
    if wanted[0]["host"] in known:
        number = max(member["_id"] for member in config["members"]) + 1
        members, force = [*config["members"], {"_id": number, "host": missing[0]}], False
    else:
        members, force = [wanted[0]], True
    client.admin.command("replSetReconfig", config | {"members": members, "version": config["version"] + 1}, force=force)


def _initiated(client: Client, wanted: dict[str, Any]) -> bool:
    """Whether the set is made: refused to those who do not sign in once there is a user, and where it is made already."""
    try:
        client.admin.command("replSetInitiate", wanted)
    except OperationFailure:
        return False
    return True


def _role(client: Client, database: str) -> None:
    privileges = [{"resource": {"db": database, "collection": ""}, "actions": list(RIGHTS)}]
    known = client[database].command("rolesInfo", SERVICE_ROLE)["roles"]
    client[database].command("updateRole" if known else "createRole", SERVICE_ROLE, privileges=privileges, roles=[])


def _backup_user(client: Client, password: str, databases: Mapping[str, str]) -> None:
    privileges: list[dict[str, Any]] = [
        {"resource": {"db": "local", "collection": "oplog.rs"}, "actions": ["find"]},
        *({"resource": {"db": database, "collection": ""}, "actions": list(_READS)} for database in databases.values()),
        *({"resource": {"db": DRILL + service, "collection": ""}, "actions": [*RIGHTS, "dropDatabase"]} for service in databases),
    ]
    known = client.admin.command("rolesInfo", _BACKUP_ROLE)["roles"]
    client.admin.command("updateRole" if known else "createRole", _BACKUP_ROLE, privileges=privileges, roles=[])
    known = client.admin.command("usersInfo", BACKUP)["users"]
    roles = [{"role": _BACKUP_ROLE, "db": "admin"}]
    client.admin.command("updateUser" if known else "createUser", BACKUP, pwd=password, roles=roles)


def _watch_role(client: Client) -> Mapping[str, str]:
    privileges = [{"resource": {"cluster": True}, "actions": ["serverStatus", "replSetGetStatus"]}]
    known = client.admin.command("rolesInfo", _WATCH_ROLE)["roles"]
    client.admin.command("updateRole" if known else "createRole", _WATCH_ROLE, privileges=privileges, roles=[])
    return {"role": _WATCH_ROLE, "db": "admin"}


def _user(client: Client, home: str, name: str, password: str, databases: Sequence[str], more: Sequence[Mapping[str, str]] = ()) -> None:
    roles = [*({"role": SERVICE_ROLE, "db": database} for database in databases), *more]
    known = client[home].command("usersInfo", name)["users"]
    client[home].command("updateUser" if known else "createUser", name, pwd=password, roles=roles)

"""`python -m deploy.cluster IMAGE --host NAME --pod-network NETWORK`: the objects of a cluster as YAML, for `kubectl apply -f`.

Images, commands, ports and settings come from deploy/compose/compose.yaml, so that there is one place for them; secrets are not in it
(README.md beside this file).
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator, Sequence
from ipaddress import ip_network
from typing import Final

import yaml

from deploy.cluster.compose import UnknownVariableError
from deploy.cluster.objects import NAMESPACE, Asked, objects

USAGE: Final = 2  # as argparse
_HOST: Final = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?")
_ADDRESS: Final = re.compile(r"(https?://[^?#\s]+)?")
_OUTSIDE: Final = re.compile(r"((s3|sftp)://\S+)?")


class _Whole(yaml.SafeDumper):
    """Says a thing again where it is meant again: people read this."""

    def ignore_aliases(self, data: object) -> bool:
        """Return that it does so with everything."""
        del data
        return True


def main(words: Sequence[str]) -> int:
    """Print them."""
    options = _parser().parse_args(words)
    refusals = list(_refusals(options))
    asked = Asked(
        options.image,
        options.host,
        options.pod_network,
        options.namespace,
        options.prometheus,
        options.backup,
        dict(each.partition("=")[::2] for each in options.set),
    )
    try:
        found = [] if refusals else objects(asked)
    except UnknownVariableError as error:
        refusals.append(f"variable_unknown: compose.yaml has no {error}")
    if refusals:
        sys.stderr.writelines(f"{refusal}\n" for refusal in refusals)
        return USAGE
    if not options.backup:
        sys.stderr.write("no_backup: without --backup nothing is backed up\n")
    yaml.dump_all(found, sys.stdout, Dumper=_Whole, sort_keys=False, allow_unicode=True, width=120)
    return 0


def _refusals(options: argparse.Namespace) -> Iterator[str]:
    """Yield what is wrong, each with a code that stays."""
    if ":" not in options.image.rpartition("/")[2] or options.image.endswith(":latest"):
        yield "image_without_version: name the version of the image, as in registry.example.go.id/adminduk:1.2.3"
    if not _HOST.fullmatch(options.host):
        yield "host_not_a_name: --host is the name alone, as in meja.example.go.id"
    try:
        ip_network(options.pod_network)
    except ValueError:
        yield "not_a_network: --pod-network is where pods have their addresses, as in 10.244.0.0/16"
    if not _ADDRESS.fullmatch(options.prometheus):
        yield "not_an_address: --prometheus is as in http://prometheus.monitoring:9090"
    if not _OUTSIDE.fullmatch(options.backup):
        yield "backup_inside: --backup is s3://bucket/prefix or sftp://user@host/folder; a volume would be lost with the cluster"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m deploy.cluster", description=__doc__)
    parser.add_argument("image", help="registry.example.go.id/adminduk:1.2.3, with its version: never latest")
    parser.add_argument("--host", required=True, help="the name of the desk and of the public pages, which its certificate has")
    parser.add_argument("--pod-network", required=True, help="where pods have their addresses: the front door is believed who called it")
    parser.add_argument("--namespace", default=NAMESPACE, help=f"where everything is put (default {NAMESPACE})")
    parser.add_argument("--prometheus", default="", help="its address, for /desk/pantauan")
    parser.add_argument("--backup", default="", metavar="TARGET", help="s3://bucket/prefix or sftp://user@host/folder")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a variable of compose.yaml; may be repeated")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

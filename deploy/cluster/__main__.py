"""`python -m deploy.cluster IMAGE [--namespace N]`: the objects of a cluster as one YAML stream, for `kubectl apply -f -`.

Commands, ports and settings of a service come from deploy/compose/compose.yaml, so that there is one place for them; secrets are not in
it (README.md beside this file).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

import yaml

from deploy.cluster.objects import NAMESPACE, objects


def main(words: Sequence[str]) -> int:
    """Print them."""
    parser = argparse.ArgumentParser(prog="python -m deploy.cluster", description=__doc__)
    parser.add_argument("image", help="registry.example.go.id/adminduk:1.2.3, with its version: never latest")
    parser.add_argument("--namespace", default=NAMESPACE, help=f"where everything is put (default {NAMESPACE})")
    options = parser.parse_args(words)
    if ":" not in options.image.rpartition("/")[2] or options.image.endswith(":latest"):
        sys.stderr.write("image_without_version: name the version of the image, as in registry.example.go.id/adminduk:1.2.3\n")
        return 2
    yaml.safe_dump_all(objects(options.image, options.namespace), sys.stdout, sort_keys=False, allow_unicode=True, width=120)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

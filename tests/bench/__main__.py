"""`python -m tests.bench`: every bench there is, one table, one line of JSON; exit code 1 when a target is missed."""

import argparse
import sys

from tests.bench import journey, report, start, step, throughput, webhook

BENCHES = (start, step, journey, throughput, webhook)


def main() -> int:
    """Measure and print. Imports come first: they need the machine for themselves and no servers."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Speed and memory against their targets.")
    for bench in BENCHES:
        bench.arguments(parser)
    return report.run(parser, sys.argv[1:], *(bench.measure for bench in BENCHES))


if __name__ == "__main__":
    sys.exit(main())

"""`python -m tests.bench`: every bench there is."""

import sys

from tests.bench import step

if __name__ == "__main__":
    sys.exit(step.main(sys.argv[1:]))

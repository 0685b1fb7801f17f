"""`python -m services.intake funnel rebuild`: count the funnel and the public figures anew, beside the running service."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence

from pydantic import ValidationError

from services.intake.settings import Settings
from services.intake.store import CountTables
from shared.errors import Conflict
from shared.mongo import DatabaseUnavailable, Mongo

_FAILED, _USAGE = 1, 2  # exit codes


def funnel_command(words: Sequence[str]) -> int:
    """Count the funnel and the public figures anew; say of how many rows.

    While it works nothing new is added; nothing is lost if it is killed.
    """
    parser = argparse.ArgumentParser(prog="python -m services.intake funnel", description=funnel_command.__doc__)
    parser.add_argument("what", choices=["rebuild"])
    parser.parse_args(words)
    try:
        count = asyncio.run(_rebuild(Settings()))
    except ValidationError as error:
        sys.stderr.write(f"funnel: settings: {', '.join('.'.join(map(str, each['loc'])).upper() for each in error.errors())}\n")
        return _USAGE
    except Conflict:
        sys.stderr.write("funnel: another rebuild has begun since, or this one took too long: its counts are not used\n")
        return _FAILED
    except DatabaseUnavailable:
        sys.stderr.write("funnel: MongoDB can't be reached\n")
        return _FAILED
    sys.stdout.write(f"{count:,} rows counted anew\n")
    return 0


async def _rebuild(settings: Settings) -> int:
    mongo = Mongo.connect_command(settings.mongo_url.get_secret_value(), "intake funnel")
    try:
        return await CountTables(mongo, settings.mongo_database or "intake").rebuild()
    finally:
        await mongo.close()

from fastapi import FastAPI as FastAPI

from shared.web.app import create_app as create_app
from shared.web.auth import REVEAL as REVEAL
from shared.web.auth import Client as Client
from shared.web.auth import require as require
from shared.web.auth import signed_by as signed_by
from shared.web.in_flight import InFlightRequests as InFlightRequests
from shared.web.problems import field_path as field_path
from shared.web.problems import problem as problem
from shared.web.refusals import IDEMPOTENCY_KEY as IDEMPOTENCY_KEY
from shared.web.refusals import refuses as refuses

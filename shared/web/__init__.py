from fastapi import FastAPI as FastAPI

from shared.web.app import create_app as create_app
from shared.web.auth import Client as Client
from shared.web.auth import authenticated_by as authenticated_by
from shared.web.auth import require as require
from shared.web.problems import field_path as field_path
from shared.web.problems import problem as problem
from shared.web.traffic import Traffic as Traffic

"""What comes in over HTTP: webhooks, decisions, requests and files."""

from services.intake.api.app import PUBLIC as PUBLIC
from services.intake.api.app import TAKES_IN as TAKES_IN
from services.intake.api.app import ApiDeps as ApiDeps
from services.intake.api.app import install as install
from services.intake.api.app import larger_bodies as larger_bodies
from services.intake.api.court import Signatures as Signatures

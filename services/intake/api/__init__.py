"""What comes in over HTTP: webhooks, decisions, requests and files."""

from services.intake.api.app import Parts as Parts
from services.intake.api.app import create as create
from services.intake.api.court import Signatures as Signatures
from services.intake.api.whatsapp import Secrets as Secrets

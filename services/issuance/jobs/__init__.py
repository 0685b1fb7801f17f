"""What runs by itself: the renderer takes up what is due."""

from services.issuance.jobs.printing import Printing as Printing
from services.issuance.jobs.printing import RenderLimits as RenderLimits

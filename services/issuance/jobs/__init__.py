"""What runs by itself: the renderer takes up what is due, and the archive is swept of what nobody points to."""

from services.issuance.jobs.leftover_sweeper import LeftoverSweeper as LeftoverSweeper
from services.issuance.jobs.printing import Printing as Printing
from services.issuance.jobs.printing import RenderLimits as RenderLimits

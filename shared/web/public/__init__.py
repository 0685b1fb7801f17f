"""Pages for everybody: no login, no script, one stylesheet, the same shape in every service that has some."""

from shared.web.public.pages import ASSET_PATH as ASSET_PATH
from shared.web.public.pages import PublicPages as PublicPages
from shared.web.public.pages import icon_shapes as icon_shapes
from shared.web.public.pages import written_number as written_number

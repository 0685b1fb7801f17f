"""`python -m shared.web.desk [FOLDER]`: fail where a page uses an icon that there is not; copy what is used of the libraries to FOLDER.

`make setup` asks it; the image's build keeps nothing but the copy.
"""

import sys
from pathlib import Path

from shared.web.desk.assets import DeskAssets, MissingIconError, copy_used
from shared.web.libraries import LIBRARIES

try:
    DeskAssets()
except (FileNotFoundError, MissingIconError) as error:
    sys.stderr.write(f"desk: {error}\n")
    raise SystemExit(1) from None
for folder in sys.argv[1:]:
    copy_used(LIBRARIES, Path(folder))

"""Why a file is not kept. Runs in the child alone."""


class UnfitFileError(Exception):
    """A file is not kept. `code`: as the service's error; `detail`: nothing of the file's content."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail

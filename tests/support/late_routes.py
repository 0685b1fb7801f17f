"""Routes that FastAPI works out when they are first called: a test's app has some hundred and fifty, and the test calls three of them.

Half of an integration test's time went into the others. What is wrong with a route's signature shows when the route is called or
described: `tests/architecture` describes every one of each service.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, Final

from fastapi.routing import APIRoute
from starlette.routing import compile_path, get_name

_work_out: Final = APIRoute.__init__
_path: Final = cache(compile_path)  # the same paths for each test's app


def install() -> None:
    """From now on, in this process."""
    APIRoute.__init__ = _begin  # type: ignore[method-assign]
    APIRoute.__getattr__ = _finish  # type: ignore[attr-defined]


def _begin(self: APIRoute, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
    """Keep what says whether a request is this route's, and what is left to do."""
    self.path, self.endpoint = path, endpoint
    self.path_regex, self.path_format, self.param_convertors = _path(path)
    self.name = options.get("name") or get_name(endpoint)
    self.methods = {method.upper() for method in options.get("methods") or ("GET",)}
    self.__dict__["_options"] = options


def _finish(self: APIRoute, name: str) -> Any:
    """Return what it does not have yet."""
    options = self.__dict__.pop("_options", None)
    if options is None:
        raise AttributeError(name)
    _work_out(self, self.path, self.endpoint, **options)
    return getattr(self, name)

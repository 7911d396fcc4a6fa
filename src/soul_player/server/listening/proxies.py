"""Behind a reverse proxy: the base path, and who the client really is."""

from typing import Any

from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware


class BasePath:
    """Takes the base path off; what is not below it is not found. A proxy that has taken it off already is as good."""

    def __init__(self, app: Any, base_path: str) -> None:  # noqa: ANN401  # ASGI's
        self._app = app
        self._base_path = base_path

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401  # ASGI's
        """One comparison a request."""
        path: str = scope["path"]
        if path == self._base_path or path.startswith(self._base_path + "/"):
            scope["path"] = path[len(self._base_path) :] or "/"
        await self._app(scope, receive, send)


def behind_proxies(app: Any, *, base_path: str, trusted: tuple[str, ...]) -> Any:  # noqa: ANN401  # ASGI's
    """`X-Forwarded-For` and `-Proto` count only when they come from a trusted address."""
    if base_path:
        app = BasePath(app, base_path)
    return ProxyHeadersMiddleware(app, trusted_hosts=list(trusted)) if trusted else app

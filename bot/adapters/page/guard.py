"""Who may call: requests for this host alone, from pages of this host alone; and what browsers are told to forbid."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOCAL = ("localhost", "127.0.0.1", "[::1]")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self';"
    " manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def hosts_of(named: Iterable[str], port: int) -> frozenset[str]:
    """The hosts that are served: this machine under its port, and those named (without a port: under any)."""
    local = [f"{name}:{port}" for name in LOCAL] + (list(LOCAL) if port == 80 else [])
    return frozenset([*local, *(_host(n) for n in named)])


def _host(named: str) -> str:
    return (urlsplit(named).netloc if "//" in named else named).strip().lower()


class Guard:
    """Refuses what is for another host or comes from another origin, before anything else sees it."""

    def __init__(self, app: ASGIApp, hosts: frozenset[str]) -> None:
        self.app, self.hosts = app, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if refused := self._refused(Headers(scope=scope)):
            await refused(scope, receive, send)
            return

        async def forbidding(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, forbidding)

    def _refused(self, headers: Headers) -> PlainTextResponse | None:
        host = headers.get("host", "").lower()
        if not self._served(host):
            return PlainTextResponse(
                "This host is not served here. PARLEY_HOSTS names those that are.\n", 400
            )
        if "origin" in headers and not same_origin(headers):
            return PlainTextResponse("Requests from other sites are refused.\n", 403)
        return None

    def _served(self, host: str) -> bool:
        name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
        return bool(host) and (host in self.hosts or name in self.hosts)


def same_origin(headers: Headers) -> bool:
    """Whether a request says that it comes from a page of the host that it goes to."""
    return urlsplit(headers.get("origin", "")).netloc.lower() == headers.get("host", "").lower()


def over_https(headers: Headers) -> bool:
    """Whether the browser has come by HTTPS, whatever stands between it and us."""
    return headers.get("origin", "").startswith("https://")

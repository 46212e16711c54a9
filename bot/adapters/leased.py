"""The last look at a message's lease, right before its request goes out."""

from types import SimpleNamespace
from typing import Any

import aiohttp

from schedules.delivery import check_lease


def leased() -> aiohttp.TraceConfig:
    """For the session of a sender: a request whose lease has run out meanwhile is not written.

    A process that was stopped between its claim and its request would else send what another has sent by now.
    """
    config = aiohttp.TraceConfig()

    async def check(_session: aiohttp.ClientSession, _context: SimpleNamespace, _what: Any) -> None:
        check_lease()

    config.on_request_headers_sent.append(check)
    config.on_request_chunk_sent.append(check)
    return config

"""`USMPSession`: one session, as a server's handler gets it."""

import asyncio
import contextlib

from ._channel import Channel, Endpoint
from .errors import ConnectionClosedError

# How long the end waits for what was sent to arrive, in seconds.
_FLUSH_MAX = 5.0
# How long bye() waits for the C++ side to say that it is over, in seconds.
_CLOSE_MAX = 10.0


class USMPSession(Channel):
    """A session: messages there and back, whole, in order, encrypted.

    A server makes one for each device that comes and hands it to the handler.

    `send(data)` returns when the message was taken to be sent, or waits while too much is under
    way; `recv()` gives the next message and raises `ConnectionClosedError` once the session is over
    and all that came before was taken. Both may be cancelled; the session goes on.
    """

    __slots__ = ("_closed", "_device_id", "_session_id", "_wire")

    def __init__(self, endpoint: Endpoint, device_id: bytes, session_id: bytes, wire: int) -> None:
        super().__init__(endpoint)
        self._device_id = device_id
        self._session_id = session_id
        self._wire = wire
        self._closed: asyncio.Event | None = None

    @property
    def device_id(self) -> str:
        """Who the device is: its id in hex with colons."""
        return self._device_id.hex(":")

    @property
    def device_id_bytes(self) -> bytes:
        """Who the device is, as it says it on the wire."""
        return self._device_id

    @property
    def session_id(self) -> str:
        """Names the session in logs, here and on the device."""
        return self._session_id.hex()

    @property
    def wire(self) -> int:
        """2 or 3."""
        return self._wire

    @property
    def closed(self) -> bool:
        """True once the session is over."""
        return self._error is not None

    async def ping(self) -> None:
        """Sends a sign of life and asks for one; does not wait for it."""
        if self._error is not None:
            raise self._error
        self._endpoint.ping()

    async def rekey(self) -> None:
        """Changes the keys of both directions. Wire 3 does that by itself: nothing happens."""
        if self._error is not None:
            raise self._error
        self._endpoint.rekey()

    async def bye(self) -> None:
        """Ends the session, after what was sent has arrived (5 seconds at most)."""
        if self._error is not None:
            return
        if self._closed is None:
            self._closed = asyncio.Event()
            try:
                await self._flush(_FLUSH_MAX)
            finally:  # cancelled it ends all the same, only that nobody waits for it
                self._endpoint.close()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._closed.wait(), _CLOSE_MAX)

    def _end(self, error: ConnectionClosedError) -> None:
        super()._end(error)
        if self._closed is not None:
            self._closed.set()

    def __repr__(self) -> str:
        return f"<USMPSession device_id={self.device_id} session_id={self.session_id}>"

"""`USMPClient`: the published package's client."""

import asyncio
import contextlib
import ipaddress
import logging
import os
import socket
from types import TracebackType
from typing import Self

from . import _causes, _native
from ._dispatch import Dispatcher, Kind, dispatcher
from ._keys import prepared_key
from ._session import USMPSession
from .errors import ConnectionClosedError, NotConnectedError, USMPTimeoutError
from .types import USMP_DEVICE_ID_LEN, USMPProtocol

logger = logging.getLogger("usmp.client")


class USMPClient:
    """A device in Python: one session with a server.

    Usage:
        async with USMPClient(host="192.168.1.100", port=9000, psk=key, device_id=b"boiler",
                              wire=3) as client:
            await client.send(b"hello")
            data = await client.recv()

    `wire`: 3, or 2, which is what the published package speaks and what is spoken where nothing is
    said. There `device_id` has 6 bytes. Without one it is 6 random bytes.
    """

    def __init__(
        self,
        host: str,
        port: int,
        psk: bytes,
        device_id: bytes | None = None,
        protocol: USMPProtocol | str = USMPProtocol.TCP,
        *,
        wire: int = 2,
    ) -> None:
        if wire not in (2, 3):
            raise ValueError("wire is 2 or 3")
        self._host = host
        self._port = port
        self._psk = psk
        self._device_id = device_id or os.urandom(USMP_DEVICE_ID_LEN)
        if wire == 2 and len(self._device_id) != USMP_DEVICE_ID_LEN:
            raise ValueError(f"Invalid device_id length: {len(self._device_id)}")
        self._protocol = str(protocol).lower()
        if self._protocol not in ("tcp", "udp"):
            raise ValueError(f"Unknown transport protocol: '{self._protocol}'")
        self._wire = wire
        self._link: _native.Link | None = None
        self._session: USMPSession | None = None
        self._dispatcher: Dispatcher | None = None
        self._up: asyncio.Future[None] | None = None
        self._early_end: ConnectionClosedError | None = None

    async def connect(self, timeout: float = 10.0) -> None:
        """Makes a session. Closes the one that there is first.

        Raises `USMPTimeoutError`, `AuthError` and other `HandshakeError`s, or `OSError` where the
        host cannot be reached. Cancelled, it leaves nothing behind.
        """
        await self.disconnect()
        key = prepared_key(self._psk, self._wire)
        try:
            async with asyncio.timeout(timeout):
                place = await _numeric(self._host, self._port)
                await self._open(place, key.psk)
        except TimeoutError as error:
            self._drop()
            raise USMPTimeoutError("Handshake timed out") from error
        except BaseException:
            self._drop()
            raise
        logger.info("Connected to %s:%d session=%s", self._host, self._port, self.session_id)

    async def send(self, data: bytes) -> None:
        """Sends a message; waits while too much is under way."""
        await self._ensure_connected().send(data)

    async def recv(self, timeout: float | None = None) -> bytes:
        """The next message of the server."""
        return await self._ensure_connected().recv(timeout)

    async def ping(self) -> None:
        """Asks the server for a sign of life; does not wait for it."""
        await self._ensure_connected().ping()

    async def rekey(self) -> None:
        """Changes the session's keys; wire 3 does so by itself."""
        await self._ensure_connected().rekey()

    async def disconnect(self) -> None:
        """Ends the session, after what was sent has arrived. Without one nothing happens."""
        try:
            if self._session is not None:
                await self._session.bye()
        finally:
            self._drop()

    @property
    def session_id(self) -> str | None:
        """Names the session in logs, here and at the server."""
        return self._session.session_id if self._session is not None else None

    async def __aenter__(self) -> Self:
        await self.connect()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.disconnect()

    async def _open(self, place: str, psk: bytes) -> None:
        self._dispatcher = dispatcher()
        link = _native.make_link(
            self._dispatcher.queue,
            self._protocol,
            place,
            self._port,
            psk,
            self._device_id,
            self._wire,
            0.0,
            False,
        )
        self._link = link
        self._up = asyncio.get_running_loop().create_future()
        self._dispatcher.add(link.id, self._on_event)
        link.connect()
        await self._up
        self._session = USMPSession(link, self._device_id, link.session_id, self._wire)
        if self._early_end is not None:
            self._session._end(self._early_end)

    def _on_event(self, kind: int, value: int, text: bytes | None) -> None:
        if kind == Kind.LINK_UP and self._up is not None and not self._up.done():
            self._up.set_result(None)
        elif kind == Kind.LINK_FAILED and self._up is not None and not self._up.done():
            self._up.set_exception(_causes.connect_error(value))
        elif kind == Kind.LINK_DOWN:
            if self._session is not None:
                self._session._end(_causes.link_error(value))
            else:
                self._early_end = _causes.link_error(value)
        elif self._session is not None:
            self._session._on_event(kind)

    def _drop(self) -> None:
        link, self._link = self._link, None
        if link is not None:
            link.close()
            if self._dispatcher is not None:
                self._dispatcher.remove(link.id)
        self._session = None
        self._up = None
        self._early_end = None

    def _ensure_connected(self) -> USMPSession:
        if self._session is None:
            raise NotConnectedError("Not connected. Call connect() first.")
        return self._session


async def _numeric(host: str, port: int) -> str:
    """All addresses of a host, as the native module takes them."""
    with contextlib.suppress(ValueError):
        return str(ipaddress.ip_address(host))
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    return ",".join(addresses)

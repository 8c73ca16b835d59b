"""`Device`: a device in Python, on wire 3, with all that the wire has."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlsplit

from . import _causes, _native
from ._channel import Channel
from ._client import _numeric
from ._dispatch import Dispatcher, Kind, dispatcher
from ._gateway import DeviceName, Message, _id_bytes
from .errors import ConnectionClosedError, NotConnectedError, PayloadError, USMPError
from .errors import USMPTimeoutError as _TimeoutError

_DELIVERED, _TOO_LARGE = range(2)
_BAUD_RATE = 115200
_PORT = 9000
_FLUSH_MAX = 5.0
_NO_ROOM, _BUSY, _OVER, _REFUSED = 1, 2, 3, 4
_BUSY_PAUSE = 0.001


@dataclass(frozen=True)
class SleepState:
    """A session that sleeps. Secret, and good for one `Device.wake()`."""

    state: bytes
    slept_at: float

    def __repr__(self) -> str:
        return "SleepState()"


class Device:
    """A device: it finds its gateway, keeps a session and makes a new one when that is lost.

    A session that the gateway ends is over (`ConnectionClosedError`): `connect()` again.

    Usage:
        async with usmp.Device("udp://gateway.example:9000", "boiler", key) as device:
            await device.send(b"23.5")
            message = await device.recv()

    `uri`: udp://HOST:PORT, tcp://HOST:PORT or serial:///dev/ttyUSB0?baud=115200. `device`: its id,
    as text, in hex with colons, or bytes. `keepalive`: seconds of silence before a sign of life.
    """

    def __init__(self, uri: str, device: DeviceName, psk: bytes, *, keepalive: float = 0.0) -> None:
        self._transport, self._host, self._port = _place(uri)
        self._device_id = _id_bytes(device)
        self._psk = psk
        self._keepalive = keepalive
        self._link: _native.Link | None = None
        self._channel: Channel | None = None
        self._dispatcher: Dispatcher | None = None
        self._up: asyncio.Future[None] | None = None
        self._down: asyncio.Future[None] | None = None
        self._slept: asyncio.Future[bytes] | None = None
        self._settled: dict[int, asyncio.Future[int]] = {}
        self._send_lock = asyncio.Lock()
        self._last_token = 0
        self._is_online = False

    async def connect(self, timeout: float = 30.0) -> None:
        """Makes a session. A gateway that does not answer is asked again, until `timeout`.

        Raises `AuthError` at once where the gateway refuses the key, `USMPTimeoutError`, `OSError`.
        """
        await self._open(b"", 0, timeout)

    async def wake(self, slept: SleepState, timeout: float = 30.0) -> None:
        """Goes on with the session of `sleep()`, without a handshake. Once for each state.

        `USMPError` if the state is no longer good: then `connect()`.
        """
        await self._open(slept.state, max(0, int(time.time() - slept.slept_at)), timeout)

    async def sleep(self) -> SleepState:
        """Saves the session and closes the link: what the gateway sends meanwhile waits there.

        `USMPError` while messages are under way, or wait to be received.
        """
        link = self._running()
        self._slept = asyncio.get_running_loop().create_future()
        link.sleep()
        try:
            state = await self._slept
        finally:
            self._slept = None
        self._drop()
        return SleepState(state, time.time())

    async def disconnect(self) -> None:
        """Ends the session, after what was sent has arrived (5 seconds at most)."""
        if self._link is None:
            return
        try:
            if self._channel is not None and self._is_online:
                await self._channel._flush(_FLUSH_MAX)
            self._down = asyncio.get_running_loop().create_future()
            self._link.close()
            await self._down
        finally:
            self._drop()

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

    @property
    def is_online(self) -> bool:
        """True while a session stands, as far as this side knows."""
        return self._is_online

    @property
    def session_id(self) -> str | None:
        """Names the session in logs, here and at the gateway; None after a wake."""
        if self._link is None or not any(self._link.session_id):
            return None
        return self._link.session_id.hex()

    @property
    def datagram_max(self) -> int:
        """The largest datagram that the gateway takes, in bytes."""
        return self._running().datagram_max

    async def send(self, data: bytes, channel: int = 0) -> None:
        """Sends a message and returns when the gateway has it whole.

        Without a session it waits for the next one. Several may be sent at a time; they arrive in
        the order of the calls.
        """
        link = self._running()
        self._last_token += 1
        token = self._last_token
        settled: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._settled[token] = settled
        try:
            async with self._send_lock:  # first come, first served
                while (status := link.send(data, channel, token)) != 0:
                    if status == _REFUSED:
                        raise PayloadError(f"Payload too large: {len(data)} bytes")
                    if status == _OVER:
                        raise ConnectionClosedError("The session has ended")
                    await asyncio.sleep(_BUSY_PAUSE)
            outcome = await settled
        finally:
            del self._settled[token]
        if outcome == _TOO_LARGE:
            raise PayloadError(f"The gateway does not take {len(data)} bytes")
        if outcome != _DELIVERED:
            raise ConnectionClosedError("The session ended first: it may have arrived or not")

    async def send_datagram(self, data: bytes, channel: int = 0) -> bool:
        """Sends a message that may be lost. False: too many wait already."""
        if len(data) > self.datagram_max:
            raise PayloadError(f"A datagram has at most {self.datagram_max} bytes")
        return self._running().send_datagram(data, channel)

    async def recv(self, timeout: float | None = None) -> Message:
        """The next message or datagram. Cancelled or timed out, it has taken none."""
        self._running()
        assert self._channel is not None
        data, channel, is_datagram = await self._channel.recv_message(timeout)
        return Message(_native.format_device_id(self._device_id), data, channel, is_datagram)

    async def __aiter__(self) -> AsyncIterator[Message]:
        while True:
            try:
                yield await self.recv()
            except (ConnectionClosedError, NotConnectedError):
                return

    async def ping(self) -> None:
        """Asks the gateway for a sign of life; does not wait for it."""
        self._running().ping()

    async def _open(self, saved: bytes, slept_s: int, timeout: float) -> None:
        if self._link is not None:
            await self.disconnect()
        try:
            async with asyncio.timeout(timeout):
                place = self._host
                if self._transport != "serial":
                    place = await _numeric(self._host, self._port)
                self._dispatcher = dispatcher()
                self._send_lock = asyncio.Lock()  # of this loop
                link = _native.make_link(
                    self._dispatcher.queue,
                    self._transport,
                    place,
                    self._port,
                    self._psk,
                    self._device_id,
                    3,
                    self._keepalive,
                    True,
                )
                self._link = link
                self._channel = Channel(link)
                self._up = asyncio.get_running_loop().create_future()
                self._dispatcher.add(link.id, self._on_event)
                link.connect(saved, slept_s)
                await self._up
        except TimeoutError as error:
            self._drop()
            raise _TimeoutError("No session in time") from error
        except BaseException:
            self._drop()
            raise
        self._up = None

    def _on_event(self, kind: int, value: int, text: bytes | None) -> None:
        waiting = self._up is not None and not self._up.done()
        if kind == Kind.LINK_UP:
            self._is_online = True
            if waiting and self._up is not None:
                self._up.set_result(None)
        elif kind == Kind.LINK_FAILED:
            self._is_online = False
            error = _causes.connect_error(value)
            # Everything else may get better by itself.
            if waiting and self._up is not None and value in _causes.FINAL:
                self._up.set_exception(error)
        elif kind == Kind.LINK_DOWN:
            self._ended(value)
        elif kind == Kind.SLEPT:
            self._on_slept(value, text or b"")
        elif kind == Kind.SETTLED:
            settled = self._settled.get(value >> 3)
            if settled is not None and not settled.done():
                settled.set_result(value & 7)
        elif self._channel is not None:
            self._channel._on_event(kind)

    def _on_slept(self, code: int, state: bytes) -> None:
        if self._slept is None or self._slept.done():
            return
        if code == _causes.OK:
            self._slept.set_result(state)
        else:
            self._slept.set_exception(USMPError(_native.error_text(code)))

    def _ended(self, code: int) -> None:
        self._is_online = False
        if self._channel is not None:
            self._channel._end(_causes.link_error(code))
        for waiter in (self._up, self._down):
            if waiter is not None and not waiter.done():
                if waiter is self._down:
                    waiter.set_result(None)
                else:
                    waiter.set_exception(_causes.connect_error(code))

    def _drop(self) -> None:
        link, self._link = self._link, None
        if link is not None:
            link.close()
            if self._dispatcher is not None:
                self._dispatcher.remove(link.id)
        if self._channel is not None:
            self._channel._end(ConnectionClosedError("Disconnected"))
        for settled in self._settled.values():
            if not settled.done():
                settled.set_result(-1)
        self._is_online = False
        self._channel = self._up = self._down = None

    def _running(self) -> _native.Link:
        if self._link is None:
            raise NotConnectedError("Not connected. Call connect() first.")
        return self._link


def _place(uri: str) -> tuple[str, str, int]:
    """What carries the packets, where to, and the port or baud rate."""
    parts = urlsplit(uri)
    if parts.scheme == "serial":
        rate = parse_qs(parts.query).get("baud", [str(_BAUD_RATE)])[0]
        if parts.netloc or not parts.path.startswith("/") or not rate.isdigit():
            raise ValueError(f"{uri}: write serial:///dev/ttyUSB0?baud=115200")
        return "serial", parts.path, int(rate)
    if parts.scheme not in ("udp", "tcp") or not parts.hostname:
        raise ValueError(f"{uri}: write udp://HOST:PORT, tcp://HOST:PORT or serial://PATH")
    return parts.scheme, parts.hostname, parts.port or _PORT

"""Messages there and back over one session, for servers and devices alike."""

import asyncio
import collections
from typing import Protocol

from ._dispatch import Kind
from .errors import ConnectionClosedError, PayloadError, USMPTimeoutError

_SENT = 0
_NO_ROOM = 1
_BUSY = 2
_OVER = 3
_TOO_LARGE = 4
_NO_CHANNEL = 5
_BUSY_PAUSE = 0.001
# Messages that are handed over without the loop having its turn in between.
_RUN_MAX = 64


class Endpoint(Protocol):
    """What the native module's `Peer` and `Link` have in common."""

    def take(self) -> bytes | None: ...
    def take_message(self) -> tuple[bytes, int, bool] | None: ...
    def count(self) -> int: ...
    def send(self, content: bytes, channel: int = 0) -> int: ...
    def is_all_settled(self) -> bool: ...
    def ping(self) -> None: ...
    def rekey(self) -> None: ...
    def close(self) -> None: ...


class Channel:
    """Waiting for messages, for room to send and for the end, so that each may be cancelled."""

    __slots__ = (
        "_endpoint",
        "_error",
        "_readers",
        "_run",
        "_send_lock",
        "_waiting_to_send",
        "_writers",
    )

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._error: ConnectionClosedError | None = None
        self._readers: collections.deque[asyncio.Future[None]] = collections.deque()
        self._writers: collections.deque[asyncio.Future[None]] = collections.deque()
        self._send_lock: asyncio.Lock | None = None
        self._waiting_to_send = 0
        self._run = 0

    def _on_event(self, kind: int) -> None:
        """The native module tells of messages, or of room."""
        if kind == Kind.READABLE:
            _wake(self._readers)
        elif kind == Kind.ROOM:
            _wake(self._writers)

    def _end(self, error: ConnectionClosedError) -> None:
        """The session is over. What has come may still be taken."""
        if self._error is None:
            self._error = error
        _wake(self._readers)
        _wake(self._writers)

    async def recv(self, timeout: float | None = None) -> bytes:
        """The next message. Cancelled or timed out, it has taken none."""
        await self._take_turn()
        content = self._endpoint.take()
        while content is None:
            await self._wait_readable(timeout)
            content = self._endpoint.take()
        return content

    async def recv_message(self, timeout: float | None = None) -> tuple[bytes, int, bool]:
        """As `recv()`, with the channel and whether it is a datagram."""
        await self._take_turn()
        message = self._endpoint.take_message()
        while message is None:
            await self._wait_readable(timeout)
            message = self._endpoint.take_message()
        return message

    async def send(self, data: bytes, channel: int = 0) -> None:
        """Hands a message over, waiting while too much is under way. Cancelled, it is not sent."""
        if self._waiting_to_send == 0:
            status = self._endpoint.send(data, channel)
            if status == _SENT:
                return
            self._check(status, data)
        if self._send_lock is None:
            self._send_lock = asyncio.Lock()
        # First come, first served. A lock that was just released looks free to who comes by before
        # the next waiter runs: the count does not.
        self._waiting_to_send += 1
        try:
            async with self._send_lock:
                while (status := self._endpoint.send(data, channel)) != _SENT:
                    self._check(status, data)
                    if status == _BUSY:
                        await asyncio.sleep(_BUSY_PAUSE)
                    else:
                        await self._wait(self._writers)
        finally:
            self._waiting_to_send -= 1

    async def _flush(self, timeout: float) -> bool:
        """Waits until all that was sent has arrived. False: not in time, or the session ended."""
        try:
            async with asyncio.timeout(timeout):
                while not self._endpoint.is_all_settled():
                    if self._error is not None:
                        return False
                    await self._wait(self._writers)
        except TimeoutError:
            return False
        return True

    def _check(self, status: int, content: bytes) -> None:
        if status == _OVER:
            raise self._error or ConnectionClosedError("The session has ended")
        if status == _TOO_LARGE:
            raise PayloadError(f"Payload too large: the peer does not take {len(content)} bytes")
        if status == _NO_CHANNEL:
            raise PayloadError("Wire 2 has no channels but 0")
        if self._error is not None:
            raise self._error

    async def _take_turn(self) -> None:
        # A session that always has messages must not keep the loop from the others.
        self._run += 1
        if self._run >= _RUN_MAX:
            self._run = 0
            await asyncio.sleep(0)

    async def _wait_readable(self, timeout: float | None) -> None:
        if self._error is not None:
            raise self._error
        self._run = 0
        if timeout is None:
            await self._wait(self._readers)
            return
        try:
            async with asyncio.timeout(timeout):
                await self._wait(self._readers)
        except TimeoutError as error:
            raise USMPTimeoutError("Receive timed out") from error

    async def _wait(self, waiters: "collections.deque[asyncio.Future[None]]") -> None:
        waiter = asyncio.get_running_loop().create_future()
        waiters.append(waiter)
        try:
            await waiter
        finally:
            # Woken it is out already.
            if waiters and waiter in waiters:
                waiters.remove(waiter)


def _wake(waiters: "collections.deque[asyncio.Future[None]]") -> None:
    while waiters:
        waiter = waiters.popleft()
        if not waiter.done():
            waiter.set_result(None)

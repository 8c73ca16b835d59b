"""`Gateway`: many devices as one stream of messages, and `Registry`: who may come."""

import asyncio
import collections
import logging
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from . import _causes, _native
from ._dispatch import Dispatcher, Kind, dispatcher, stop_native
from ._keys import prepared_key
from .errors import ConnectionClosedError, PayloadError, USMPError, USMPTimeoutError
from .types import Key

logger = logging.getLogger("usmp.gateway")

_DELIVERED, _TOO_LARGE, _NO_CHANNEL, _FULL, _RETURNED = range(5)
# The mailbox of a thread, or what is held for a device, is full: how long until the next try.
_FULL_PAUSE = 0.005
_CONNECTIONS_MAX = 100_000
_SESSION_TIMEOUT = 24 * 3600.0
_HANDSHAKE_TIMEOUT = 30.0
# Presence events that wait for who asked for them; the oldest gives way.
_PRESENCE_MAX = 10_000
_CHANGES = {1: "moved", 2: "awake", 3: "asleep"}

DeviceName = str | bytes


@dataclass(frozen=True, slots=True)
class Message:
    """A message from a device."""

    device: str
    """Who sent it: its id as text, or in hex with colons where it is no text."""
    data: bytes
    channel: int
    is_datagram: bool


@dataclass(frozen=True, slots=True)
class Presence:
    """A device came, went, fell asleep, woke or moved."""

    device: str
    state: str
    """"online", "offline", "asleep", "awake" or "moved"."""
    address: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RegistryEntry:
    """A device of the registry; never its key."""

    device: str
    wire: int
    revoked: bool


class Registry:
    """The file of devices and keys that `usmp device` writes and gateways read.

    Changes are seen by running gateways at once. Calls wait for the disk, for milliseconds. A
    device is named by its id: as text, in hex with colons, or by its bytes.
    """

    def __init__(self, path: str | os.PathLike[str] = "usmp.db", *, create: bool = True) -> None:
        self._path = os.fspath(path)
        self._native = _native.Registry(self._path, create)

    def add(self, device: DeviceName, psk: bytes | None = None, *, wire: int = 3) -> bytes:
        """Enters a device; its key is returned, a new one where none is given."""
        return self._native.add(_id_bytes(device), psk, wire)

    def rotate(self, device: DeviceName, psk: bytes | None = None) -> bytes:
        """Gives a device a new key and returns it. Its session ends."""
        return self._native.rotate(_id_bytes(device), psk)

    def revoke(self, device: DeviceName) -> None:
        """Takes a device's key away. Its session ends."""
        self._native.revoke(_id_bytes(device))

    def __iter__(self) -> "collections.abc.Iterator[RegistryEntry]":
        for device, wire, revoked in self._native.list():
            yield RegistryEntry(_native.format_device_id(device), wire, revoked)


class _Peer:
    """A device that has a session."""

    __slots__ = ("address", "device", "device_id", "endpoint", "is_over", "is_ready", "number")

    def __init__(self, endpoint: _native.Peer, number: int) -> None:
        self.endpoint = endpoint
        self.number = number
        self.device_id = endpoint.device_id
        self.device = _native.format_device_id(self.device_id)
        self.address = endpoint.address
        self.is_ready = False
        self.is_over = False


class Gateway:
    """A gateway in a program.

    Usage:
        async with usmp.Gateway("udp://[::]:9000", registry="usmp.db") as gateway:
            async for message in gateway:
                print(message.device, message.data)
                await gateway.send(message.device, b"ok")

    `listen`: one URI or several: udp://HOST:PORT, tcp://HOST:PORT,
    serial:///dev/ttyUSB0?baud=115200, serial+tcp://HOST:PORT. Port 0: the system chooses one,
    `addresses` tells. `registry`: the file with the devices' keys; it is made if it is not there.
    Or `keys`: a dict from device to key (`bytes` of wire 3, or `usmp.Key`).

    Messages that nobody takes wait in their session, whose window closes: a gateway that is slow
    makes its devices wait and never grows.
    """

    def __init__(
        self,
        *listen: str,
        registry: str | os.PathLike[str] | None = None,
        keys: dict[DeviceName, bytes | Key] | None = None,
        session_timeout: float = _SESSION_TIMEOUT,
        max_connections: int = _CONNECTIONS_MAX,
        max_connections_per_ip: int = _CONNECTIONS_MAX,
        threads: int = 0,
    ) -> None:
        if (registry is None) == (keys is None):
            raise ValueError("a gateway has a registry or keys, one of them")
        self._listen = list(listen) or ["udp://[::]:9000"]
        self._registry_path = None if registry is None else os.fspath(registry)
        self._keys = {
            _id_bytes(device): prepared_key(key, 3, _id_bytes(device))
            for device, key in (keys or {}).items()
        }
        self._session_timeout = session_timeout
        self._max_connections = max_connections
        self._max_connections_per_ip = max_connections_per_ip
        self._threads = threads
        self.registry: Registry | None = None
        self._native: _native.Server | None = None
        self._dispatcher: Dispatcher | None = None
        self._peers: dict[int, _Peer] = {}
        self._by_device: dict[bytes, _Peer] = {}
        self._ready: collections.deque[_Peer] = collections.deque()
        self._waiting: collections.deque[asyncio.Future[None]] = collections.deque()
        self._arrivals: dict[bytes, list[asyncio.Future[None]]] = {}
        self._settled: dict[int, asyncio.Future[int]] = {}
        self._last_token = 0
        self._watchers: list[asyncio.Queue[Presence | None]] = []

    async def start(self) -> None:
        """Listens from now on. `OSError` where that is not possible."""
        if self._native is not None:
            raise RuntimeError("The gateway runs already")
        if self._registry_path is not None:
            self.registry = Registry(self._registry_path)
        self._dispatcher = dispatcher()
        native = _native.make_server(
            self._dispatcher.queue,
            self._listen,
            self._threads,
            self._max_connections,
            self._max_connections_per_ip,
            _HANDSHAKE_TIMEOUT,
            self._session_timeout,
            self._registry_path or "",
        )
        for device, key in self._keys.items():
            native.set_key(device, key.psk, key.wire)
        self._dispatcher.add(native.id, self._on_event)
        try:
            native.start(
                _native.Keys.Table if self._registry_path is None else _native.Keys.Registry
            )
        except BaseException:
            self._dispatcher.remove(native.id)
            raise
        self._native = native

    async def stop(self) -> None:
        """Ends all sessions. Iterations end, sends that wait raise `ConnectionClosedError`."""
        native, events = self._native, self._dispatcher
        if native is None or events is None:
            return
        try:
            await stop_native(native)
        finally:
            self._forget_all(native, events)

    def _forget_all(self, native: _native.Server, events: Dispatcher) -> None:
        events.drain()  # what became of messages, and what came last
        self._native = None
        events.remove(native.id)
        for peer in list(self._peers.values()):
            events.remove(peer.number)
        self._peers.clear()
        self._by_device.clear()
        error = ConnectionClosedError("The gateway has stopped")
        for settled in self._settled.values():
            if not settled.done():
                settled.set_exception(error)
        for arrivals in self._arrivals.values():
            for arrival in arrivals:
                if not arrival.done():
                    arrival.set_exception(error)
        for watcher in self._watchers:
            watcher.put_nowait(None)
        self._wake()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    @property
    def addresses(self) -> list[str]:
        """Where it listens, as URIs with real ports."""
        return self._native.listening() if self._native is not None else []

    @property
    def devices(self) -> list[str]:
        """Those that have a session now."""
        return [peer.device for peer in self._by_device.values()]

    @property
    def counters(self) -> dict[str, int]:
        """What was counted since the start, by the names of the Prometheus page."""
        return self._native.counters() if self._native is not None else {}

    def is_online(self, device: DeviceName) -> bool:
        """True if the device has a session now."""
        return _id_bytes(device) in self._by_device

    # Messages from devices

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Message:
        message = await self._next()
        if message is None:
            raise StopAsyncIteration
        return message

    async def recv(self, timeout: float | None = None) -> Message:
        """The next message of any device. Cancelled or timed out, it has taken none."""
        try:
            async with asyncio.timeout(timeout):
                message = await self._next()
        except TimeoutError as error:
            raise USMPTimeoutError("Receive timed out") from error
        if message is None:
            raise ConnectionClosedError("The gateway has stopped")
        return message

    # Messages to devices

    async def send(
        self, device: DeviceName, data: bytes, channel: int = 0, ttl: float | None = None
    ) -> None:
        """Sends a message and returns when the device has it whole.

        A device that is not there is waited for, `ttl` seconds at most, for ever without it: then
        `USMPTimeoutError`, and the device may have got it in the last moment or not. A session
        that is lost on the way makes it go again in the next one, so that in rare cases it arrives
        twice.
        """
        device_id = _id_bytes(device)
        deadline = None if ttl is None else asyncio.get_running_loop().time() + ttl
        try:
            async with asyncio.timeout_at(deadline):
                while True:
                    await self._until_online(device_id)
                    outcome = await self._deliver(device_id, data, channel)
                    if outcome == _DELIVERED:
                        return
                    if outcome == _TOO_LARGE:
                        raise PayloadError(f"The device does not take {len(data)} bytes")
                    if outcome == _NO_CHANNEL:
                        raise USMPError("The device speaks wire 2, which has no channels but 0")
                    await asyncio.sleep(_FULL_PAUSE)
        except TimeoutError as error:
            raise USMPTimeoutError(f"Not delivered in {ttl} seconds") from error

    async def send_datagram(self, device: DeviceName, data: bytes, channel: int = 0) -> bool:
        """Sends a message that may be lost. False: it was not sent."""
        return self._running().send_datagram(_id_bytes(device), data, channel)

    async def presence(self) -> AsyncIterator[Presence]:
        """What becomes of devices from the first step on, as long as the gateway runs."""
        watcher: asyncio.Queue[Presence | None] = asyncio.Queue()
        self._watchers.append(watcher)
        try:
            while (event := await watcher.get()) is not None:
                yield event
        finally:
            self._watchers.remove(watcher)

    # Inside

    def _running(self) -> _native.Server:
        if self._native is None:
            raise ConnectionClosedError("The gateway does not run")
        return self._native

    async def _next(self) -> Message | None:
        while True:
            while self._ready:
                peer = self._ready.popleft()
                taken = peer.endpoint.take_message()
                if taken is None:
                    peer.is_ready = False
                    continue
                self._ready.append(peer)  # its next one when the others had their turn
                return Message(peer.device, *taken)
            if self._native is None:
                return None
            waiter = asyncio.get_running_loop().create_future()
            self._waiting.append(waiter)
            try:
                await waiter
            finally:
                if waiter in self._waiting:
                    self._waiting.remove(waiter)

    def _wake(self) -> None:
        while self._waiting:
            waiter = self._waiting.popleft()
            if not waiter.done():
                waiter.set_result(None)

    async def _until_online(self, device_id: bytes) -> None:
        self._running()
        if device_id in self._by_device:
            return
        arrival = asyncio.get_running_loop().create_future()
        arrivals = self._arrivals.setdefault(device_id, [])
        arrivals.append(arrival)
        try:
            await arrival
        finally:
            arrivals.remove(arrival)
            if not arrivals and self._arrivals.get(device_id) is arrivals:
                del self._arrivals[device_id]

    async def _deliver(self, device_id: bytes, data: bytes, channel: int) -> int:
        self._last_token += 1
        token = self._last_token
        settled: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._settled[token] = settled
        try:
            if not self._running().send(device_id, data, channel, token):
                return _FULL
            return await settled
        finally:
            del self._settled[token]

    def _on_event(self, kind: int, value: int, text: bytes | None) -> None:
        if kind == Kind.SETTLED:
            settled = self._settled.get(value >> 3)
            if settled is not None and not settled.done():
                settled.set_result(value & 7)
        elif kind == Kind.SESSION_OPENED:
            self._opened(value)
        elif kind == Kind.WARNED:
            logger.warning("%s", (text or b"").decode(errors="replace"))

    def _opened(self, number: int) -> None:
        assert self._native is not None and self._dispatcher is not None
        endpoint = self._native.claim(number)
        if endpoint is None:
            return
        peer = _Peer(endpoint, number)
        self._peers[number] = peer
        self._by_device[peer.device_id] = peer
        self._dispatcher.add(number, lambda *event: self._on_peer_event(peer, *event))
        self._tell(Presence(peer.device, "online", peer.address))
        for arrival in self._arrivals.get(peer.device_id, ()):
            if not arrival.done():
                arrival.set_result(None)

    def _on_peer_event(self, peer: _Peer, kind: int, value: int, text: bytes | None) -> None:
        if kind == Kind.READABLE:
            if not peer.is_ready:
                peer.is_ready = True
                self._ready.append(peer)
            self._wake()
        elif kind == Kind.SESSION_CHANGED:
            self._tell(Presence(peer.device, _CHANGES.get(value, "moved"), peer.address))
        elif kind == Kind.SESSION_CLOSED:
            # What it has sent may still be taken: it stays among those that are ready.
            assert self._dispatcher is not None
            self._dispatcher.remove(peer.number)
            self._peers.pop(peer.number, None)
            if self._by_device.get(peer.device_id) is peer:
                del self._by_device[peer.device_id]
                reason = str(_causes.session_error(value))
                self._tell(Presence(peer.device, "offline", peer.address, reason))

    def _tell(self, event: Presence) -> None:
        for watcher in self._watchers:
            if watcher.qsize() >= _PRESENCE_MAX:
                watcher.get_nowait()
            watcher.put_nowait(event)


def _id_bytes(device: DeviceName) -> bytes:
    """A device's id as bytes, from how people write it."""
    return device if isinstance(device, bytes) else _native.parse_device_id(device)

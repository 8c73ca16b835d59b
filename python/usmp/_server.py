"""`USMPServer`: the published package's server, on the gateway of this project."""

import asyncio
import contextlib
import inspect
import ipaddress
import logging
import os
import signal
from collections.abc import Awaitable, Callable
from typing import Any, cast

from . import _causes, _native
from ._dispatch import Dispatcher, Kind, dispatcher, stop_native
from ._keys import prepared_key
from ._session import USMPSession
from .errors import ConnectionClosedError, USMPError
from .types import Key, USMPProtocol

logger = logging.getLogger("usmp.server")

PskValue = bytes | Key
PskSource = (
    PskValue
    | dict[bytes, PskValue]
    | Callable[[bytes], PskValue | Awaitable[PskValue | None] | None]
)
SessionHandler = Callable[[USMPSession], Awaitable[None]]
TimeoutHandler = Callable[[str, str], Awaitable[None]]

# What the server asks of the native module where the published API has no word for it.
_THREADS_MAX = 4


class USMPServer:
    """Serves devices of both wires on one port.

    Usage:
        server = USMPServer(host="0.0.0.0", port=9000, psk=b"your-psk-of-16-bytes-or-more")

        @server.on_session
        async def handle(session: USMPSession):
            data = await session.recv()
            await session.send(b"ACK")

        asyncio.run(server.serve())

    `psk`: the key of all devices, or a dict from device id to key (b"" for all others), or a
    function, async or not, from device id to key (None: not known). A key is `bytes`, which belong
    to wire `wire`, or a `usmp.Key`, which says its wire itself. A key belongs to one wire: who
    comes with it by the other is refused.

    `protocol`: "tcp", "udp", or several with "|" between them ("tcp|udp") to listen on both.
    `session_timeout`: seconds of silence after which a session ends and `on_timeout(device_id,
    session_id)` is called. `handshake_timeout` is for connections; datagrams have the wire's times.
    """

    def __init__(
        self,
        host: str = "0.0.0.0",
        port: int = 9000,
        psk: PskSource = b"",
        handshake_timeout: float = 10.0,
        session_timeout: float = 60.0,
        on_timeout: TimeoutHandler | None = None,
        protocol: USMPProtocol | str = USMPProtocol.TCP,
        max_connections: int = 100,
        max_connections_per_ip: int = 5,
        *,
        wire: int = 2,
        threads: int = 0,
    ) -> None:
        if not psk:
            raise ValueError("PSK must be configured and non-empty")
        if wire not in (2, 3):
            raise ValueError("wire is 2 or 3")
        self._keys: dict[bytes | None, Key] = {}
        self._ask: Callable[[bytes], Any] | None = None
        if isinstance(psk, (bytes, Key)):
            self._keys[None] = prepared_key(psk, wire)
        elif isinstance(psk, dict):
            for device_id, value in psk.items():
                self._keys[device_id or None] = prepared_key(value, wire, device_id)
        elif callable(psk):
            self._ask = psk
        else:
            raise ValueError("PSK is bytes, a Key, a dict or a callable")
        self._host = host
        self._port = port
        self._wire = wire
        self._handshake_timeout = handshake_timeout
        self._session_timeout = session_timeout
        self._on_timeout = on_timeout
        self._protocols = _protocols(protocol)
        self._max_connections = max_connections
        self._max_connections_per_ip = max_connections_per_ip
        self._threads = threads or min(_THREADS_MAX, os.cpu_count() or 1)
        self._handler: SessionHandler | None = None
        self._native: _native.Server | None = None
        self._dispatcher: Dispatcher | None = None
        self._sessions: dict[int, USMPSession] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._datagram_peers: dict[str, int] = {}
        self._datagram_count = 0
        self._shutdown: asyncio.Event | None = None
        self._started = asyncio.Event()

    def on_session(self, fn: SessionHandler) -> SessionHandler:
        """Decorator: `fn` is called as a task for each session."""
        self._handler = fn
        return fn

    def stop(self) -> None:
        """Makes `serve()` return, once all sessions are closed. From the loop's thread."""
        if self._shutdown is not None:
            self._shutdown.set()

    async def serve(self) -> None:
        """Serves until `stop()`, SIGINT, SIGTERM or a cancellation."""
        if self._handler is None:
            raise RuntimeError("No session handler registered. Use @server.on_session")
        if self._native is not None:
            raise RuntimeError("The server serves already")
        self._shutdown = asyncio.Event()
        loop = asyncio.get_running_loop()
        signals = []
        for number in (signal.SIGINT, signal.SIGTERM):
            # Only the main thread may, and only where the loop can.
            with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
                loop.add_signal_handler(number, self.stop)
                signals.append(number)
        try:
            await self._start()
            with contextlib.suppress(asyncio.CancelledError):
                await self._shutdown.wait()
        finally:
            for number in signals:
                loop.remove_signal_handler(number)
            await self._end()

    @property
    def addresses(self) -> list[str]:
        """Where it listens, as URIs with real ports, while it serves."""
        return self._native.listening() if self._native is not None else []

    @property
    def counters(self) -> dict[str, int]:
        """What was counted since the start, by the names of the Prometheus page."""
        return self._native.counters() if self._native is not None else {}

    async def wait_started(self) -> None:
        """Waits until `serve()`, in another task, listens."""
        await self._started.wait()

    async def _start(self) -> None:
        listen = _listen_uris(self._host, self._port, self._protocols)
        self._datagram_peers.clear()
        self._datagram_count = 0
        self._dispatcher = dispatcher()
        native = _native.make_server(
            self._dispatcher.queue,
            listen,
            self._threads,
            self._max_connections,
            self._max_connections_per_ip,
            self._handshake_timeout,
            self._session_timeout,
            "",
        )
        for device_id, key in self._keys.items():
            native.set_key(device_id, key.psk, key.wire)
        self._dispatcher.add(native.id, self._on_server_event)
        try:
            keys = _native.Keys.Table if self._ask is None else _native.Keys.Asked
            native.start(keys)
        except BaseException:
            self._dispatcher.remove(native.id)
            raise
        self._native = native
        self._started.set()
        for address in native.listening():
            logger.info("Listening on %s", address)

    async def _end(self) -> None:
        native, events = self._native, self._dispatcher
        if native is None or events is None:
            return
        try:
            await stop_native(native)
        finally:
            events.drain()  # what the sessions' ends were
            tasks = list(self._tasks)
            for task in tasks:
                task.cancel()
            events.remove(native.id)
            for number, session in list(self._sessions.items()):
                session._end(ConnectionClosedError("The server is going down"))
                self._forget(number)
            self._native = None
            self._started.clear()
        if tasks:
            await asyncio.gather(*tasks, return_exceptions=True)
        logger.info("Server shut down")

    def _on_server_event(self, kind: int, value: int, text: bytes | None) -> None:
        if kind == Kind.SESSION_OPENED:
            self._opened(value)
        elif kind == Kind.KEY_WANTED:
            task = asyncio.ensure_future(self._answer(value, text or b""))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        elif kind == Kind.WARNED:
            logger.warning("%s", (text or b"").decode(errors="replace"))

    def _opened(self, number: int) -> None:
        assert self._native is not None and self._dispatcher is not None
        peer = self._native.claim(number)
        if peer is None:
            return
        session = USMPSession(peer, peer.device_id, peer.session_id, peer.wire)
        self._sessions[number] = session
        address = peer.address

        def on_event(kind: int, value: int, text: bytes | None) -> None:
            if kind == Kind.SESSION_CLOSED:
                session._end(_causes.session_error(value))
                self._forget(number)
                if value == _causes.IDLE:
                    self._timed_out(session)
            else:
                session._on_event(kind)

        self._dispatcher.add(number, on_event)
        if not peer.is_stream and not self._admit(address):
            logger.debug("Too many sessions. Rejecting %s", address)
            peer.close()
            return
        logger.info(
            "Session established: device=%s session=%s", session.device_id, session.session_id
        )
        task = asyncio.ensure_future(self._handle(session, address, peer.is_stream))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _admit(self, address: str) -> bool:
        host = address.rpartition(":")[0]
        count = self._datagram_peers.get(host, 0)
        if self._datagram_count >= self._max_connections or count >= self._max_connections_per_ip:
            return False
        self._datagram_count += 1
        self._datagram_peers[host] = count + 1
        return True

    async def _handle(self, session: USMPSession, address: str, is_stream: bool) -> None:
        assert self._handler is not None
        try:
            await self._handler(session)
        except asyncio.CancelledError:
            session._endpoint.close()  # nobody serves it any more
            raise
        except ConnectionClosedError as error:
            logger.info("Session over (%s): %s", address, error)
        except USMPError as error:
            logger.warning("Protocol error (%s): %s", address, error)
        except (OSError, EOFError) as error:
            logger.warning("Connection lost (%s): %s", address, error)
        except Exception:
            logger.exception("Unexpected error (%s)", address)
        finally:
            if not is_stream:
                host = address.rpartition(":")[0]
                self._datagram_count -= 1
                self._datagram_peers[host] -= 1
                if self._datagram_peers[host] <= 0:
                    del self._datagram_peers[host]
            logger.info("Disconnected: %s", address)
        await session.bye()

    def _timed_out(self, session: USMPSession) -> None:
        logger.warning(
            "Session timeout: device=%s session=%s", session.device_id, session.session_id
        )
        if self._on_timeout is None:
            return

        async def call(handler: TimeoutHandler) -> None:
            try:
                await handler(session.device_id, session.session_id)
            except Exception:
                logger.exception("on_timeout callback raised")

        task = asyncio.ensure_future(call(self._on_timeout))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _forget(self, number: int) -> None:
        self._sessions.pop(number, None)
        if self._dispatcher is not None:
            self._dispatcher.remove(number)

    async def _answer(self, question: int, device_id: bytes) -> None:
        assert self._ask is not None
        key: Key | None = None
        is_answered = False
        try:
            async with asyncio.timeout(self._handshake_timeout):
                found = self._ask(device_id)
                if inspect.isawaitable(found):
                    found = await found
            if found is not None:
                key = prepared_key(cast(PskValue, found), self._wire, device_id)
            is_answered = True
        except TimeoutError:
            logger.warning("The PSK function took too long for device %s", device_id.hex(":"))
        except Exception:
            logger.exception("The PSK function raised for device %s", device_id.hex(":"))
        finally:
            native = self._native
            if native is not None and not is_answered:
                native.withdraw_key(question)
        if native is None or not is_answered:
            return
        if key is None:
            native.answer_key(question, None, self._wire)
        else:
            native.answer_key(question, key.psk, key.wire)


def _protocols(protocol: USMPProtocol | str) -> list[str]:
    names = [name.strip().lower() for name in str(protocol).split("|")]
    for name in names:
        if name not in ("tcp", "udp"):
            raise ValueError(f"Unknown transport protocol: '{name}'")
    return names


def _listen_uris(host: str, port: int, protocols: list[str]) -> list[str]:
    if not host:
        host = "0.0.0.0"
    with contextlib.suppress(ValueError):
        if ipaddress.ip_address(host).version == 6:
            host = f"[{host}]"
    return [f"{name}://{host}:{port}" for name in protocols]

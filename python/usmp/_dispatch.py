"""Events of the C++ threads, brought into one asyncio loop."""

import asyncio
import atexit
import os
import weakref
from collections.abc import Callable
from enum import IntEnum

from . import _native

Handler = Callable[[int, int, bytes | None], None]


class Kind(IntEnum):
    """The numbers of python/src/event_queue.hpp."""

    SESSION_OPENED = 1
    SESSION_CHANGED = 2
    SESSION_CLOSED = 3
    READABLE = 4
    ROOM = 5
    SETTLED = 6
    KEY_WANTED = 7
    WARNED = 8
    LINK_UP = 9
    LINK_FAILED = 10
    LINK_DOWN = 11
    SLEPT = 12


class Dispatcher:
    """The queue of one loop. The loop watches it as long as somebody waits for events."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.queue = _native.EventQueue()
        self._loop = weakref.ref(loop)
        self._handlers: dict[int, Handler] = {}

    def add(self, number: int, handler: Handler) -> None:
        """Hands events for `number` to `handler` from now on."""
        loop = self._loop()
        if not self._handlers and loop is not None:
            loop.add_reader(self.queue.fileno(), self.drain)
        self._handlers[number] = handler

    def remove(self, number: int) -> None:
        """No more events for `number`."""
        if self._handlers.pop(number, None) is None or self._handlers:
            return
        loop = self._loop()
        if loop is not None and not loop.is_closed():
            loop.remove_reader(self.queue.fileno())

    def drain(self) -> None:
        """Hands out all events that wait."""
        handlers = self._handlers
        for kind, number, value, text in self.queue.take():
            handler = handlers.get(number)
            if handler is not None:
                handler(kind, value, text)


_dispatchers: "weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Dispatcher]" = (
    weakref.WeakKeyDictionary()
)


def dispatcher() -> Dispatcher:
    """That of the running loop."""
    loop = asyncio.get_running_loop()
    found = _dispatchers.get(loop)
    if found is None:
        found = _dispatchers[loop] = Dispatcher(loop)
    return found


async def stop_native(server: _native.Server) -> None:
    """Stops a server; waits for its threads, 2 seconds about, whoever cancels meanwhile."""
    stopping = asyncio.get_running_loop().run_in_executor(None, server.stop)
    cancelled: asyncio.CancelledError | None = None
    while not stopping.done():
        try:
            await asyncio.shield(stopping)
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        raise cancelled


atexit.register(_native.shut_down)
os.register_at_fork(after_in_child=_native.after_fork)

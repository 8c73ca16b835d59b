"""What the tests share: a server that runs beside a test, and the ways to reach it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

import usmp

PSK = bytes(range(32))
DEVICE = b"\x02\x00\x00\x00\x00\x01"


@contextlib.asynccontextmanager
async def serving(server: usmp.USMPServer) -> AsyncIterator[int]:
    """Serves until the block ends; gives the port."""
    task = asyncio.create_task(server.serve())
    started = asyncio.create_task(server.wait_started())
    await asyncio.wait({task, started}, return_when=asyncio.FIRST_COMPLETED)
    if task.done():
        started.cancel()
        task.result()
    try:
        yield int(server.addresses[0].rpartition(":")[2])
    finally:
        server.stop()
        await asyncio.wait_for(task, 20)


def echo_server(**options: object) -> usmp.USMPServer:
    """A server that sends back what it gets."""
    settings: dict[str, object] = {"host": "127.0.0.1", "port": 0, "psk": PSK}
    server = usmp.USMPServer(**(settings | options))  # type: ignore[arg-type]

    @server.on_session
    async def handle(session: usmp.USMPSession) -> None:
        while True:
            await session.send(await session.recv())

    return server


@pytest.fixture(params=["tcp", "udp"])
def protocol(request: pytest.FixtureRequest) -> str:
    """Each way that packets travel."""
    return str(request.param)


@pytest.fixture(params=[2, 3], ids=["wire2", "wire3"])
def wire(request: pytest.FixtureRequest) -> int:
    """Each wire."""
    return int(request.param)

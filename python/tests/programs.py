"""Programs that tests run and read line by line."""

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import AsyncIterator


def free_port() -> str:
    """A TCP port that nobody has now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


class Program:
    """A program that runs."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    async def line(self) -> str:
        """The next line that it writes."""
        assert self.process.stdout is not None
        line = await asyncio.wait_for(self.process.stdout.readline(), 30)
        return line.decode().rstrip()

    async def address(self) -> str:
        """Where an example says that it listens."""
        line = await self.line()
        assert line.startswith("listening on "), line
        return line.split()[2]

    def type(self, line: str) -> None:
        """Gives it a line."""
        assert self.process.stdin is not None
        self.process.stdin.write(line.encode() + b"\n")


@contextlib.asynccontextmanager
async def running(*words: object) -> AsyncIterator[Program]:
    """Runs a program until the block ends."""
    process = await asyncio.create_subprocess_exec(
        *(str(word) for word in words),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env=dict(os.environ, PYTHONUNBUFFERED="1"),
    )
    try:
        yield Program(process)
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGINT)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), 10)
        if process.returncode is None:
            process.kill()
        # To its end, so that the pipe is closed with the loop still there.
        await process.communicate()

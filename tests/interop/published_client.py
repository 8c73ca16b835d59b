# The published client as a peer of the tests: does what it is told.
#   published_client.py tcp|udp HOST PORT KEY ID SUITE
import asyncio
import sys
import time

from published_peer import PATIENCE_S, fill, serve_commands, use_suite
from usmp import USMPClient


MESSAGE_S = 15  # until a message that was sent is given up


class Client:
    def __init__(self, protocol, host, port, key, device_id, suite):
        self.arguments = {"host": host, "port": port, "psk": key, "device_id": device_id,
                          "protocol": protocol}
        self.suite = suite
        self.client = None

    async def connect(self):
        self.client = USMPClient(**self.arguments)
        await self.client.connect(timeout=20)
        use_suite(self.client._session, self.suite)

    async def recv(self, timeout_s=MESSAGE_S):
        return await self.client._session.recv(timeout=timeout_s)

    async def expect(self, size, number):
        message = await self.recv()
        if message != fill(size, number):
            raise ValueError(f"{len(message)} bytes that are not message {number}")

    async def echo(self, size, count, rekey_every):
        for number in range(count):
            await self.client.send(fill(size, number))
            if rekey_every and number % rekey_every == rekey_every - 1:
                await self.client._session.rekey()
            await self.expect(size, number)

    async def flood(self, size, count):
        for number in range(count):
            await self.client.send(fill(size, number))

    async def take(self, size, count):
        for number in range(count):
            await self.expect(size, number)

    async def insist(self, size, count):
        """Each message until its echo is there, in a new session where the last one is lost."""
        for number in range(count):
            until = time.monotonic() + PATIENCE_S
            while True:
                try:
                    if self.client is None:
                        await self.connect()
                    await self.client.send(fill(size, number))
                    while await self.recv(10) != fill(size, number):
                        pass
                    break
                except Exception:
                    if time.monotonic() > until:
                        raise
                    await self.drop()
                    await asyncio.sleep(0.5)

    async def drop(self):
        transport = self.client._transport if self.client else None
        if transport is not None:
            transport.close()
        self.client = None

    async def ping(self):
        session = self.client._session
        before = session._last_recv
        await session.ping()
        try:
            await self.recv(1)
        except Exception:  # there is no message; a PONG is not told otherwise
            pass
        if session._last_recv == before:
            raise TimeoutError("no PONG")

    async def idle(self, seconds):
        """What the package leaves to the program: a PING now and then, and the answer read."""
        for _ in range(seconds):
            await self.ping()

    async def rekey(self):
        await self.client._session.rekey()

    async def bye(self):
        await self.client.disconnect()

    async def ending(self):
        """How the session ends for a program that waits for a message."""
        try:
            message = await self.recv()
        except Exception as error:
            return f"{type(error).__name__}: {error}"
        raise ValueError(f"a message of {len(message)} bytes came instead")


def main():
    protocol, host, port, key, device_id, suite = sys.argv[1:]
    client = Client(protocol, host, int(port), bytes.fromhex(key), bytes.fromhex(device_id),
                    int(suite))
    names = ("connect", "echo", "flood", "take", "insist", "ping", "idle", "rekey", "bye",
             "ending")

    async def run():
        print("0 ready", flush=True)
        await serve_commands({name: getattr(client, name) for name in names})

    asyncio.run(run())


if __name__ == "__main__":
    main()

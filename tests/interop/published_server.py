# The published server as a peer of the tests: echoes what comes, and does what it is told.
#   published_server.py tcp|udp PORT KEY ID SUITE TIMEOUT_S
import asyncio
import sys
import time

from published_peer import PATIENCE_S, fill, serve_commands, use_suite
from usmp import USMPServer


class Server:
    def __init__(self, protocol, port, key, device_id, suite, timeout_s):
        self.suite = suite
        self.session = None
        self.ended = "no session yet"
        self.received = 0
        self.echoes = True
        self.server = USMPServer(host="127.0.0.1", port=port, protocol=protocol,
                                 psk={device_id: key}, session_timeout=timeout_s)
        self.server.on_session(self.handle)

    async def handle(self, session):
        use_suite(session, self.suite)
        self.session = session
        self.ended = ""
        try:
            while True:
                message = await session.recv()
                self.received += 1
                if self.echoes:
                    await session.send(message)
        except Exception as error:
            self.ended = f"{type(error).__name__}: {error}"
            raise

    async def stands(self):
        """A session has its handler a moment after the device has its SESSION_OK."""
        until = time.monotonic() + PATIENCE_S
        while self.session is None and time.monotonic() < until:
            await asyncio.sleep(0.01)

    async def send(self, size, count, rekey_every):
        await self.stands()
        for number in range(count):
            await self.session.send(fill(size, number))
            if rekey_every and number % rekey_every == rekey_every - 1:
                await self.session.rekey()

    async def rekey(self):
        await self.stands()
        await self.session.rekey()

    async def ping(self):
        await self.stands()
        before = self.session._last_recv
        await self.session.ping()
        until = time.monotonic() + PATIENCE_S
        while self.session._last_recv == before:
            if time.monotonic() > until:
                raise TimeoutError("no PONG")
            await asyncio.sleep(0.01)

    async def bye(self):
        await self.stands()
        await self.session.bye()

    async def keep(self, echoes):
        """Whether messages are echoed from now on."""
        self.echoes = bool(echoes)

    async def count(self):
        return self.received

    async def ending(self):
        """Why the session is over, once it is."""
        await self.stands()
        until = time.monotonic() + PATIENCE_S
        while not self.ended and time.monotonic() < until:
            await asyncio.sleep(0.01)
        return self.ended

    async def run(self):
        serving = asyncio.ensure_future(self.server.serve())
        while self.server._shutdown_event is None and not serving.done():
            await asyncio.sleep(0.01)
        if serving.done():
            serving.result()
        print("0 ready", flush=True)
        await serve_commands({name: getattr(self, name) for name in
                              ("stands", "send", "rekey", "ping", "bye", "keep", "count",
                               "ending")})


def main():
    protocol, port, key, device_id, suite, timeout_s = sys.argv[1:]
    asyncio.run(Server(protocol, int(port), bytes.fromhex(key), bytes.fromhex(device_id),
                       int(suite), float(timeout_s)).run())


if __name__ == "__main__":
    main()

"""The server that is measured: a program of the published API, for either package.

server_program.py tcp|udp PORT [WIRE]
"""

import asyncio
import sys

from usmp import ConnectionClosedError, USMPServer, USMPSession

# The devices of bench/wire2_load.cpp, each with a key of its own.
DEVICES = [bytes((index % 256, index // 256, 0xB2, 0xB2, 0xB2, 0xB2)) for index in range(1000)]
KEYS = {device: device.ljust(32, b"\x5a") for device in DEVICES}


async def main(protocol: str, port: str, *wire: str) -> None:
    options = {"wire": int(wire[0])} if wire else {}
    server = USMPServer(
        host="127.0.0.1",
        port=int(port),
        psk=KEYS,
        protocol=protocol,
        max_connections=100_000,
        max_connections_per_ip=100_000,
        **options,
    )

    @server.on_session
    async def handle(session: USMPSession) -> None:
        try:
            while True:
                await session.send(await session.recv())
        except ConnectionClosedError:
            pass

    print("serving", flush=True)
    await server.serve()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))

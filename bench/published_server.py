# A server of the published package (PyPI usmp 1.2.2) that sends every message back, for usmp_bench:
# published_server.py tcp|udp. Prints the port, ends with stdin. Keys: those of wire2_load.cpp.
import asyncio
import logging
import socket
import sys

from usmp import ConnectionClosedError, USMPServer, USMPTimeoutError

# What the benchmark asks for at once, all from one address.
CONNECTIONS_MAX = 1000


def free_port(kind):
    """A port that was free a moment ago: the published server does not tell the one it got."""
    with socket.socket(socket.AF_INET,
                       socket.SOCK_STREAM if kind == "tcp" else socket.SOCK_DGRAM) as place:
        place.bind(("127.0.0.1", 0))
        return place.getsockname()[1]


def key_of(device_id):
    return device_id + b"\x5a" * (32 - len(device_id))


async def main():
    logging.disable(logging.CRITICAL)
    kind = sys.argv[1]
    port = free_port(kind)
    server = USMPServer(host="127.0.0.1", port=port, psk=key_of, protocol=kind,
                        max_connections=CONNECTIONS_MAX, max_connections_per_ip=CONNECTIONS_MAX)

    @server.on_session
    async def echo(session):
        try:
            while True:
                await session.send(await session.recv())
        except (ConnectionClosedError, USMPTimeoutError, OSError):
            pass

    serving = asyncio.create_task(server.serve())
    await asyncio.sleep(0.5)  # it says nothing when it listens
    if serving.done():
        serving.result()
    print(port, flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    serving.cancel()


asyncio.run(main())

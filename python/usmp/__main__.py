"""`python -m usmp`: a server that prints what its devices send."""

import argparse
import asyncio
import os
import sys

from . import Key, USMPServer, USMPSession, setup_logging
from ._native import __version__


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m usmp",
        description="Serves devices and prints their messages. The key is read from the "
        "environment variable USMP_PSK, in hex.",
    )
    parser.add_argument("--host", default="0.0.0.0", help="address to listen on")
    parser.add_argument("--port", type=int, default=9000)
    parser.add_argument("--protocol", default="tcp", help="tcp, udp or tcp|udp")
    parser.add_argument("--wire", type=int, choices=(2, 3), default=3, help="that of the key")
    parser.add_argument("--echo", action="store_true", help="send every message back")
    parser.add_argument("--version", action="version", version=f"usmp {__version__}")
    return parser.parse_args()


def main() -> int:
    """Runs until it is interrupted."""
    arguments = _arguments()
    try:
        psk = bytes.fromhex(os.environ.get("USMP_PSK", ""))
        server = USMPServer(
            arguments.host, arguments.port, Key(psk, arguments.wire), protocol=arguments.protocol
        )
    except ValueError as error:
        print(f"USMP_PSK: {error}. Make one with: openssl rand -hex 32", file=sys.stderr)
        return 2

    @server.on_session
    async def handle(session: USMPSession) -> None:
        while True:
            data = await session.recv()
            print(f"{session.device_id} {data!r}", flush=True)
            if arguments.echo:
                await session.send(data)

    setup_logging()
    try:
        asyncio.run(server.serve())
    except OSError as error:
        print(f"usmp: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

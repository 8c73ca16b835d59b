"""Our server against the published one: compare.py LOAD OUR_PYTHON PUBLISHED_PYTHON [SECONDS]

LOAD is device_load.cpp: the same devices, on wire 2, for the same server_program.py in turns.
"""

import pathlib
import socket
import subprocess
import sys
import time
from statistics import median

PROGRAM = pathlib.Path(__file__).with_name("server_program.py")
SESSIONS = 50
SIZE = 64
ROUNDS = 3


def measure(load: str, python: str, protocol: str, what: str, seconds: float) -> float:
    """Echoes or handshakes a second of one server."""
    kind = socket.SOCK_STREAM if protocol == "tcp" else socket.SOCK_DGRAM
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    server = subprocess.Popen(
        [python, PROGRAM, protocol, port], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    try:
        assert server.stdout is not None
        server.stdout.readline()
        time.sleep(0.5)
        out = subprocess.run(
            [load, protocol, "127.0.0.1", port, "2", what, str(SESSIONS), str(seconds), str(SIZE)],
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        return float(out.split()[0])
    finally:
        server.kill()
        server.wait()


def main(load: str, ours: str, published: str, seconds: str = "3") -> None:
    """Prints a table."""
    print("| what | published 1.2.2 | this package | ratio |")
    print("|---|---:|---:|---:|")
    for what, protocol, words in (
        ("echo", "tcp", f"echoes of {SIZE} bytes a second, {SESSIONS} sessions, TCP"),
        ("echo", "udp", f"echoes of {SIZE} bytes a second, {SESSIONS} sessions, UDP"),
        ("handshake", "tcp", "handshakes a second, TCP"),
    ):
        rounds = [
            (
                measure(load, published, protocol, what, float(seconds)),
                measure(load, ours, protocol, what, float(seconds)),
            )
            for _ in range(ROUNDS)
        ]
        theirs, our = (median(each) for each in zip(*rounds, strict=True))
        ratio = our / theirs if theirs else float("inf")
        print(f"| {words} | {theirs:.0f} | {our:.0f} | {ratio:.1f} |", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])

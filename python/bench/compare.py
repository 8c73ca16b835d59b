"""Our server against the published one: compare.py BUILD OUR_PYTHON PUBLISHED_PYTHON [SECONDS]

BUILD is a build of the project, whose programs make the same load for both servers in turns.
"""

import dataclasses
import os
import pathlib
import socket
import subprocess
import sys
import time
from statistics import median

PROGRAM = pathlib.Path(__file__).with_name("server_program.py")
SESSIONS = 50
# Handshakes under way: the published server takes no more at a time.
TOGETHER = 10
SIZE = 64
ROUNDS = 5


@dataclasses.dataclass
class Turn:
    """What one turn of one server gave: a second of the clock, and a second of its CPU."""

    rate: float
    cpu_rate: float


def cpu_seconds(process: int) -> float:
    """What a process has used, all its threads."""
    fields = pathlib.Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def load_command(build: str, what: str, protocol: str, port: str, seconds: str) -> list[str]:
    """The load for one turn."""
    if what == "handshakes":
        return [f"{build}/bench/usmp_handshake_load", protocol, port, str(TOGETHER), seconds]
    load = [f"{build}/tests/python/usmp_python_load", protocol, "127.0.0.1", port, "2"]
    return [*load, str(SESSIONS), seconds, str(SIZE)]


def measure(build: str, python: str, protocol: str, what: str, seconds: str) -> Turn:
    """One turn of one server."""
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
        before = cpu_seconds(server.pid)
        command = load_command(build, what, protocol, port, seconds)
        out = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
        rate, count = (float(word) for word in out.split())
        return Turn(rate, count / (cpu_seconds(server.pid) - before))
    finally:
        server.kill()
        server.wait()


def spread(ratios: list[float]) -> str:
    """The middle, the least and the greatest."""
    return f"{median(ratios):.1f} ({min(ratios):.1f} to {max(ratios):.1f})"


def main(build: str, ours: str, published: str, seconds: str = "3") -> None:
    """Prints a table."""
    print("| what | published 1.2.2 | this package | ratio | ratio of CPU |")
    print("|---|---:|---:|---:|---:|")
    for what in ("handshakes", "echoes"):
        for protocol in ("tcp", "udp"):
            turns = []
            for _ in range(ROUNDS):
                theirs = measure(build, published, protocol, what, seconds)
                turns.append((theirs, measure(build, ours, protocol, what, seconds)))
            rates = spread([our.rate / theirs.rate for theirs, our in turns])
            costs = spread([our.cpu_rate / theirs.cpu_rate for theirs, our in turns])
            published_rate = median(theirs.rate for theirs, _ in turns)
            our_rate = median(our.rate for _, our in turns)
            print(
                f"| {what}, {protocol.upper()} | {published_rate:.0f} | {our_rate:.0f} "
                f"| {rates} | {costs} |",
                flush=True,
            )


if __name__ == "__main__":
    main(*sys.argv[1:])

"""Processes and loops that end, or split, with the package's threads at work."""

import asyncio
import pathlib
import subprocess
import sys

from conftest import PSK, echo_server, serving

import usmp

PROGRAM = pathlib.Path(__file__).with_name("fork_program.py")

# Ends in the middle of everything, without stop() or disconnect().
ABRUPT = """
import asyncio, usmp
KEY = bytes(range(32))

async def main():
    gateway = usmp.Gateway("udp://127.0.0.1:0", "tcp://127.0.0.1:0", keys={"boiler": KEY})
    await gateway.start()
    device = usmp.Device(gateway.addresses[0], "boiler", KEY)
    await device.connect()
    for _ in range(50):
        asyncio.create_task(device.send(bytes(1000)))
    asyncio.create_task(gateway.recv())
    await asyncio.sleep(0)
    return gateway, device

kept = asyncio.run(main())
print("over")
"""


def run(*words: object) -> list[str]:
    """What a Python program prints; its failure, and its hanging, are ours."""
    command = [sys.executable, *(str(word) for word in words)]
    return subprocess.run(
        command, check=True, timeout=60, stdout=subprocess.PIPE, text=True
    ).stdout.split()


def test_a_child_process_and_its_parent() -> None:
    assert run(PROGRAM) == ["child", "parent"]


def test_a_program_that_ends_abruptly() -> None:
    assert run("-c", ABRUPT) == ["over"]


def test_a_loop_that_is_closed_and_the_next_one() -> None:
    async def leave() -> tuple[usmp.Gateway, usmp.Device]:
        gateway = usmp.Gateway("udp://127.0.0.1:0", keys={"boiler": PSK})
        await gateway.start()
        device = usmp.Device(gateway.addresses[0], "boiler", PSK)
        await device.connect()
        return gateway, device

    async def echo() -> None:
        async with serving(echo_server(wire=3)) as port:
            async with usmp.USMPClient("127.0.0.1", port, PSK, b"boiler", wire=3) as client:
                await client.send(b"again")
                assert await client.recv(10) == b"again"

    for _ in range(3):
        left = asyncio.run(leave())
        asyncio.run(echo())
        del left
    asyncio.run(echo())

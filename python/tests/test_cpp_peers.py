"""Python's devices and clients with the gateway of the command `usmp`, and its device with ours."""

import asyncio
import os
import pathlib

import pytest
from programs import running

import usmp

USMP = pathlib.Path(os.environ.get("USMP_BUILD", "."), "cli", "usmp")
LISTEN = {"tcp": "tcp://127.0.0.1:0", "udp": "udp://127.0.0.1:0"}

pytestmark = pytest.mark.skipif(
    not USMP.exists(), reason="USMP_BUILD names no build of the project"
)


async def test_devices_of_both_wires_at_the_gateway_of_the_command(
    protocol: str, tmp_path: pathlib.Path
) -> None:
    registry, ready = tmp_path / "usmp.db", tmp_path / "ready"
    keys = usmp.Registry(registry)
    key = keys.add("boiler")
    old_id = b"\x02\0\0\0\0\x01"
    old_key = keys.add(old_id, wire=2)
    words = ["gateway", "--listen", LISTEN[protocol], "--db", registry, "--ready-file", ready]
    async with running(USMP, *words, "--echo") as gateway:
        async with asyncio.timeout(30):
            while not ready.exists() or not ready.read_text().strip():
                await asyncio.sleep(0.02)
        address = ready.read_text().split()[0]
        async with usmp.Device(address, "boiler", key) as device:
            await device.send(b"new", channel=5)
            assert await device.recv(10) == usmp.Message("boiler", b"new", 5, False)
            gateway.type("boiler #7 typed")
            assert await device.recv(10) == usmp.Message("boiler", b"typed", 7, False)
        port = int(address.rpartition(":")[2])
        async with usmp.USMPClient("127.0.0.1", port, old_key, old_id, protocol) as client:
            await client.send(b"old")
            assert await client.recv(10) == b"old"
        async with usmp.USMPClient("127.0.0.1", port, key, b"boiler", protocol, wire=3) as client:
            await client.send(b"new, by the old API")
            assert await client.recv(10) == b"new, by the old API"


async def test_the_device_of_the_command_at_our_gateway(
    protocol: str, tmp_path: pathlib.Path
) -> None:
    key = bytes(range(32))
    key_file = tmp_path / "boiler.key"
    key_file.touch(mode=0o600)
    key_file.write_text(key.hex() + "\n")
    async with usmp.Gateway(LISTEN[protocol], keys={"boiler": key}) as gateway:
        words = ["connect", gateway.addresses[0], "--id", "boiler", "--key-file", key_file]
        async with running(USMP, *words) as device:
            device.type("from the command")
            message = await gateway.recv(20)
            assert (message.device, message.data) == ("boiler", b"from the command")
            await gateway.send("boiler", b"to the command")
            assert "to the command" in await device.line()

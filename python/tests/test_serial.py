"""Serial lines: Python at both ends, and at either end with the command `usmp` at the other."""

import asyncio
import contextlib
import os
import pathlib
from collections.abc import AsyncIterator, Iterator

import pytest
from conftest import PSK
from programs import running
from serial_cable import SerialCable
from test_cpp_peers import USMP

import usmp

needs_command = pytest.mark.skipif(
    not USMP.exists(), reason="USMP_BUILD names no build of the project"
)


@contextlib.contextmanager
def plugged(directory: pathlib.Path) -> Iterator[SerialCable]:
    """A cable until the block ends."""
    cable = SerialCable(directory)
    try:
        yield cable
    finally:
        cable.pull()


@contextlib.asynccontextmanager
async def joined(cable: SerialCable) -> AsyncIterator[tuple[usmp.Gateway, usmp.Device]]:
    """A gateway and a device of this package at the ends of a cable."""
    async with usmp.Gateway(cable.gateway_uri, keys={"boiler": PSK}) as gateway:
        async with usmp.Device(cable.device_uri, "boiler", PSK, keepalive=0.5) as device:
            yield gateway, device


async def answers(gateway: usmp.Gateway, device: usmp.Device, text: bytes) -> None:
    """A message each way."""
    async with asyncio.timeout(60):
        await device.send(text, channel=4)
        assert await gateway.recv() == usmp.Message("boiler", text, 4, False)
        await gateway.send("boiler", text + b"?", channel=9)
        assert await device.recv() == usmp.Message("boiler", text + b"?", 9, False)


async def test_messages_datagrams_and_sleep(tmp_path: pathlib.Path) -> None:
    with plugged(tmp_path) as cable:
        async with joined(cable) as (gateway, device):
            assert gateway.devices == ["boiler"]
            await answers(gateway, device, b"small")
            await answers(gateway, device, os.urandom(20_000))
            assert await device.send_datagram(b"maybe")
            assert await gateway.recv(10) == usmp.Message("boiler", b"maybe", 0, True)
            assert await gateway.send_datagram("boiler", b"perhaps")
            assert await device.recv(10) == usmp.Message("boiler", b"perhaps", 0, True)
            slept = await device.sleep()
            waiting = asyncio.create_task(gateway.send("boiler", b"while it slept"))
            await device.wake(slept)
            assert (await device.recv(10)).data == b"while it slept"
            await waiting
            assert gateway.counters["handshakes_finished"] == 1


async def test_many_messages_both_ways_at_once(tmp_path: pathlib.Path) -> None:
    with plugged(tmp_path) as cable:
        async with joined(cable) as (gateway, device), asyncio.timeout(60):

            async def up() -> None:
                await asyncio.gather(*(device.send(b"%d" % number) for number in range(200)))

            async def down() -> None:
                for number in range(200):
                    await gateway.send("boiler", b"%d" % number)

            sending = [asyncio.create_task(up()), asyncio.create_task(down())]
            wanted = [b"%d" % number for number in range(200)]
            assert [(await gateway.recv()).data for _ in wanted] == wanted
            assert [(await device.recv()).data for _ in wanted] == wanted
            await asyncio.gather(*sending)


async def test_bytes_that_nobody_sent(tmp_path: pathlib.Path) -> None:
    with plugged(tmp_path) as cable:
        async with joined(cable) as (gateway, device):
            for end in cable.ends:
                noise = os.open(end, os.O_WRONLY | os.O_NOCTTY)
                os.write(noise, os.urandom(2000))
                os.close(noise)
            await answers(gateway, device, b"after noise")


async def test_a_line_that_is_silent_for_a_while(tmp_path: pathlib.Path) -> None:
    with plugged(tmp_path) as cable:
        async with joined(cable) as (gateway, device):
            await answers(gateway, device, b"before")
            cable.is_cut = True
            sending = asyncio.create_task(device.send(b"into the void"))
            await asyncio.sleep(1.5)
            assert not sending.done()
            cable.is_cut = False
            async with asyncio.timeout(60):
                assert (await gateway.recv()).data == b"into the void"
                await sending
            await answers(gateway, device, b"after")


async def test_an_adapter_that_is_pulled_and_comes_back(tmp_path: pathlib.Path) -> None:
    with plugged(tmp_path) as cable:
        async with joined(cable) as (gateway, device):
            await answers(gateway, device, b"before")
            cable.pull()
            await asyncio.sleep(1)
            cable.plug()
            async with asyncio.timeout(60):
                while True:
                    try:
                        await device.send(b"back")
                        break
                    except usmp.ConnectionClosedError:
                        await device.connect()
                assert (await gateway.recv()).data == b"back"
            await answers(gateway, device, b"after")


async def test_a_gateway_that_comes_later(tmp_path: pathlib.Path) -> None:
    with plugged(tmp_path) as cable:
        device = usmp.Device(cable.device_uri, "boiler", PSK)
        with pytest.raises(usmp.USMPTimeoutError):
            await device.connect(timeout=0.3)
        connecting = asyncio.create_task(device.connect(timeout=60))
        await asyncio.sleep(0.3)
        async with usmp.Gateway(cable.gateway_uri, keys={"boiler": PSK}) as gateway:
            await connecting
            await answers(gateway, device, b"at last")
            await device.disconnect()


async def test_a_key_that_is_refused(tmp_path: pathlib.Path) -> None:
    with plugged(tmp_path) as cable:
        async with usmp.Gateway(cable.gateway_uri, keys={"boiler": PSK}) as gateway:
            with pytest.raises(usmp.AuthError):
                await usmp.Device(cable.device_uri, "boiler", bytes(32)).connect()
            async with usmp.Device(cable.device_uri, "boiler", PSK) as device:
                await answers(gateway, device, b"the right one")


async def test_a_line_that_is_not_there(tmp_path: pathlib.Path) -> None:
    missing = usmp.Device(f"serial://{tmp_path}/none", "boiler", PSK)
    with pytest.raises(OSError):
        await missing.connect(timeout=5)
    for uri in ("serial:ttyUSB0", "http://x", "udp://", "serial:///dev/x?baud=fast"):
        with pytest.raises(ValueError):
            usmp.Device(uri, "boiler", PSK)


@needs_command
async def test_our_gateway_and_the_device_of_the_command(tmp_path: pathlib.Path) -> None:
    key_file = tmp_path / "boiler.key"
    key_file.touch(mode=0o600)
    key_file.write_text(PSK.hex() + "\n")
    with plugged(tmp_path) as cable:
        async with usmp.Gateway(cable.gateway_uri, keys={"boiler": PSK}) as gateway:
            words = ["connect", cable.device_uri, "--id", "boiler", "--key-file", key_file]
            async with running(USMP, *words) as device:
                device.type("from the command")
                assert (await gateway.recv(20)).data == b"from the command"
                await gateway.send("boiler", b"to the command", ttl=20)
                assert "to the command" in await device.line()


@needs_command
async def test_our_device_and_the_gateway_of_the_command(tmp_path: pathlib.Path) -> None:
    registry = tmp_path / "usmp.db"
    key = usmp.Registry(registry).add("boiler")
    with plugged(tmp_path) as cable:
        words = ["gateway", "--listen", cable.gateway_uri, "--db", registry, "--echo"]
        async with running(USMP, *words):
            async with usmp.Device(cable.device_uri, "boiler", key) as device:
                await device.send(b"over the line", channel=5)
                echo = await device.recv(20)
                assert echo == usmp.Message("boiler", b"over the line", 5, False)

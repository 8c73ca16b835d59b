"""Each example, run as a program, with a device that talks to it."""

import asyncio
import contextlib
import json
import os
import pathlib
import shutil
import sqlite3
import sys

import pytest
from programs import free_port, running

import usmp

EXAMPLES = pathlib.Path(__file__).parents[1] / "examples"


@pytest.fixture
def registry(tmp_path: pathlib.Path) -> pathlib.Path:
    """A registry that knows the boiler."""
    return tmp_path / "usmp.db"


@pytest.fixture
def key(registry: pathlib.Path) -> bytes:
    return usmp.Registry(registry).add("boiler")


async def test_echo_gateway(registry: pathlib.Path, key: bytes) -> None:
    program = EXAMPLES / "echo_gateway.py"
    async with running(sys.executable, program, "udp://127.0.0.1:0", registry) as gateway:
        async with usmp.Device(await gateway.address(), "boiler", key) as device:
            await device.send(b"hello")
            assert (await device.recv(10)).data == b"hello"
            assert await gateway.line() == "boiler b'hello'"


async def test_telemetry(registry: pathlib.Path, key: bytes, tmp_path: pathlib.Path) -> None:
    table = tmp_path / "telemetry.db"
    program = EXAMPLES / "telemetry.py"
    async with running(sys.executable, program, "udp://127.0.0.1:0", registry, table) as gateway:
        async with usmp.Device(await gateway.address(), "boiler", key) as device:
            await device.send(b"warm")
            await device.send(b"23.5")
            assert await gateway.line() == "boiler: no number: b'warm'"
            assert await gateway.line() == "boiler 23.5"
    with contextlib.closing(sqlite3.connect(table)) as database:
        rows = database.execute("SELECT device, value FROM reading").fetchall()
    assert rows == [("boiler", 23.5)]


async def test_remote_control(registry: pathlib.Path, key: bytes) -> None:
    program = EXAMPLES / "remote_control.py"
    async with running(sys.executable, program, "tcp://127.0.0.1:0", registry) as gateway:
        async with usmp.Device(await gateway.address(), "boiler", key) as device:
            await device.send(b"here")
            assert await gateway.line() == "boiler: here"
            gateway.type("boiler switch on")
            assert (await device.recv(10)).data == b"switch on"
            assert await gateway.line() == "boiler has it"
            gateway.type("")
            assert await gateway.line() == "online: boiler"
            gateway.type("a:b x")
            assert (await gateway.line()).startswith("a:b: ")


async def test_live_page(registry: pathlib.Path, key: bytes) -> None:
    pytest.importorskip("fastapi")
    client = pytest.importorskip("websockets.asyncio.client")
    port = free_port()
    program = EXAMPLES / "live_page.py"
    async with running(sys.executable, program, port, "udp://127.0.0.1:0", registry) as page:
        async with usmp.Device(await page.address(), "boiler", key) as device:
            await device.send(b"23.5")
            async with asyncio.timeout(20):
                while True:
                    with contextlib.suppress(OSError):
                        reader, writer = await asyncio.open_connection("127.0.0.1", int(port))
                        break
                    await asyncio.sleep(0.05)
                writer.write(b"GET / HTTP/1.0\r\n\r\n")
                assert b"<title>Devices</title>" in await reader.read()
                writer.close()
                await writer.wait_closed()
                async with client.connect(f"ws://127.0.0.1:{port}/live") as socket:
                    assert json.loads(await socket.recv()) == ["boiler", "23.5"]
                    await device.send(b"24.0")
                    assert json.loads(await socket.recv()) == ["boiler", "24.0"]


async def test_mqtt_bridge(registry: pathlib.Path, key: bytes) -> None:
    aiomqtt = pytest.importorskip("aiomqtt")
    broker = shutil.which("mosquitto", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
    if broker is None:
        pytest.skip("no mosquitto")
    port = free_port()
    program = EXAMPLES / "mqtt_bridge.py"
    async with running(broker, "-p", port):
        async with asyncio.timeout(20):
            while True:
                with contextlib.suppress(OSError):
                    _, writer = await asyncio.open_connection("127.0.0.1", int(port))
                    writer.close()
                    break
                await asyncio.sleep(0.05)
        async with (
            running(sys.executable, program, "udp://127.0.0.1:0", registry, port) as bridge,
            aiomqtt.Client("127.0.0.1", int(port)) as listener,
        ):
            await listener.subscribe("usmp/#")
            async with usmp.Device(await bridge.address(), "boiler", key) as device:
                await device.send(b"23.5")
                async with asyncio.timeout(10):
                    async for message in listener.messages:
                        assert str(message.topic) == "usmp/boiler"
                        assert message.payload == b"23.5"
                        break


async def test_python_dash_m(tmp_path: pathlib.Path) -> None:
    port = free_port()
    key = bytes(range(32))
    os.environ["USMP_PSK"] = key.hex()
    try:
        words = [sys.executable, "-m", "usmp", "--host", "127.0.0.1", "--port", port, "--echo"]
        async with running(*words) as server:
            client = usmp.USMPClient("127.0.0.1", int(port), key, b"boiler", wire=3)
            async with asyncio.timeout(20):
                while client.session_id is None:
                    with contextlib.suppress(OSError):
                        await client.connect()
                    await asyncio.sleep(0.05)
            await client.send(b"hello")
            assert await client.recv() == b"hello"
            assert await server.line() == "62:6f:69:6c:65:72 b'hello'"
            await client.disconnect()
        os.environ["USMP_PSK"] = "12"
        async with running(*words) as server:
            assert await server.process.wait() == 2
    finally:
        del os.environ["USMP_PSK"]

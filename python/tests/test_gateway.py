"""`Gateway`, `Device` and `Registry`: what there is beyond the published API."""

import asyncio
import pathlib

import pytest
from conftest import PSK

import usmp

LISTEN = {"tcp": "tcp://127.0.0.1:0", "udp": "udp://127.0.0.1:0"}


async def test_messages_both_ways(protocol: str) -> None:
    async with usmp.Gateway(LISTEN[protocol], keys={"boiler": PSK}) as gateway:
        async with usmp.Device(gateway.addresses[0], "boiler", PSK) as device:
            await device.send(b"23.5", channel=7)
            message = await gateway.recv(10)
            assert message == usmp.Message("boiler", b"23.5", 7, False)
            await gateway.send("boiler", b"on", channel=3)
            assert await device.recv(10) == usmp.Message("boiler", b"on", 3, False)
            assert gateway.devices == ["boiler"] and gateway.is_online(b"boiler")
            assert gateway.counters["messages_in"] == 1
            assert gateway.counters["messages_delivered"] == 1
            await device.ping()


async def test_datagrams() -> None:
    async with usmp.Gateway(LISTEN["udp"], keys={"boiler": PSK}) as gateway:
        async with usmp.Device(gateway.addresses[0], "boiler", PSK) as device:
            assert await device.send_datagram(b"maybe", channel=2)
            assert await gateway.recv(10) == usmp.Message("boiler", b"maybe", 2, True)
            assert await gateway.send_datagram("boiler", b"perhaps")
            assert await device.recv(10) == usmp.Message("boiler", b"perhaps", 0, True)
            with pytest.raises(usmp.PayloadError):
                await device.send_datagram(bytes(device.datagram_max + 1))
            assert not await gateway.send_datagram("nobody", b"x")


async def test_one_stream_of_many_devices(protocol: str) -> None:
    names = [f"device-{number}" for number in range(20)]
    async with usmp.Gateway(LISTEN[protocol], keys=dict.fromkeys(names, PSK)) as gateway:
        devices = [usmp.Device(gateway.addresses[0], name, PSK) for name in names]
        await asyncio.gather(*(device.connect() for device in devices))

        async def send_all(device: usmp.Device) -> None:
            for number in range(50):
                await device.send(b"%d" % number)

        sending = [asyncio.create_task(send_all(device)) for device in devices]
        got: dict[str, list[bytes]] = {name: [] for name in names}
        async with asyncio.timeout(60):
            async for message in gateway:
                got[message.device].append(message.data)
                if all(len(row) == 50 for row in got.values()):
                    break
        await asyncio.gather(*sending)
        assert all(row == [b"%d" % number for number in range(50)] for row in got.values())
        await asyncio.gather(*(device.disconnect() for device in devices))


async def test_a_message_waits_for_its_device_or_not() -> None:
    async with usmp.Gateway(LISTEN["udp"], keys={"boiler": PSK}) as gateway:
        with pytest.raises(usmp.USMPTimeoutError):
            await gateway.send("boiler", b"stale", ttl=0.1)
        waiting = asyncio.create_task(gateway.send("boiler", b"fresh", ttl=20))
        given_up = asyncio.create_task(gateway.send("boiler", b"never"))
        await asyncio.sleep(0.05)
        given_up.cancel()
        async with usmp.Device(gateway.addresses[0], "boiler", PSK) as device:
            assert (await device.recv(10)).data == b"fresh"
            await waiting
            with pytest.raises(usmp.USMPTimeoutError):
                await device.recv(0.2)


async def test_presence() -> None:
    async with usmp.Gateway(LISTEN["udp"], keys={"boiler": PSK}) as gateway:
        seen: list[tuple[str, str]] = []

        async def watch() -> None:
            async for event in gateway.presence():
                seen.append((event.device, event.state))

        watching = asyncio.create_task(watch())
        await asyncio.sleep(0)
        async with usmp.Device(gateway.addresses[0], "boiler", PSK):
            pass
        async with asyncio.timeout(10):
            while len(seen) < 2:
                await asyncio.sleep(0.01)
        assert seen == [("boiler", "online"), ("boiler", "offline")]
    await asyncio.wait_for(watching, 10)


async def test_sleep_and_wake() -> None:
    async with usmp.Gateway(LISTEN["udp"], keys={"boiler": PSK}) as gateway:
        device = usmp.Device(gateway.addresses[0], "boiler", PSK)
        await device.connect()
        await device.send(b"good night")
        assert (await gateway.recv(10)).data == b"good night"
        session_id = device.session_id
        slept = await device.sleep()
        assert repr(slept) == "SleepState()" and not device.is_online
        with pytest.raises(usmp.NotConnectedError):
            await device.send(b"x")
        other = usmp.Device(gateway.addresses[0], "boiler", PSK)
        await other.wake(slept)
        await other.send(b"good morning")
        assert (await gateway.recv(10)).data == b"good morning"
        assert session_id is not None and other.session_id is None  # a saved state has no name
        assert gateway.counters["handshakes_finished"] == 1
        await other.disconnect()


async def test_a_registry_that_changes(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "usmp.db"
    async with usmp.Gateway(LISTEN["udp"], registry=path) as gateway:
        assert gateway.registry is not None
        key = gateway.registry.add("boiler")
        assert len(key) == 32 and path.stat().st_mode & 0o77 == 0
        assert list(gateway.registry) == [usmp.RegistryEntry("boiler", 3, False)]
        device = usmp.Device(gateway.addresses[0], "boiler", key)
        await device.connect()
        await device.send(b"in")
        assert (await gateway.recv(10)).data == b"in"

        usmp.Registry(path).revoke("boiler")
        with pytest.raises(usmp.ConnectionClosedError):
            await device.recv(10)
        with pytest.raises(usmp.AuthError):
            await device.connect(timeout=10)
        with pytest.raises(ValueError):
            gateway.registry.rotate("boiler")
        key = gateway.registry.add("boiler")
        device = usmp.Device(gateway.addresses[0], "boiler", key)
        await device.connect()
        await device.disconnect()
        with pytest.raises(KeyError):
            gateway.registry.revoke("nobody")


async def test_wire_2_devices_of_the_registry(tmp_path: pathlib.Path, protocol: str) -> None:
    async with usmp.Gateway(LISTEN[protocol], registry=tmp_path / "usmp.db") as gateway:
        assert gateway.registry is not None
        key = gateway.registry.add("02:00:00:00:00:01", wire=2)
        port = int(gateway.addresses[0].rpartition(":")[2])
        old = usmp.USMPClient("127.0.0.1", port, key, b"\x02\0\0\0\0\x01", protocol)
        await old.connect()
        await old.send(b"old")
        assert (await gateway.recv(10)).device == "02:00:00:00:00:01"
        await gateway.send("02:00:00:00:00:01", b"hello")
        assert await old.recv() == b"hello"
        with pytest.raises(usmp.USMPError):
            await gateway.send("02:00:00:00:00:01", b"hello", channel=1)
        await old.disconnect()


async def test_a_device_waits_for_its_gateway_and_finds_the_next_one() -> None:
    keys: dict[str | bytes, bytes | usmp.Key] = {"boiler": PSK}
    async with usmp.Gateway(LISTEN["udp"], keys=keys) as gateway:
        address = gateway.addresses[0]
    device = usmp.Device(address, "boiler", PSK)
    with pytest.raises(usmp.USMPTimeoutError):
        await device.connect(timeout=0.3)
    connecting = asyncio.create_task(device.connect())
    await asyncio.sleep(0.1)
    async with usmp.Gateway(address, keys=keys) as gateway:
        await connecting
        await device.send(b"found")
        assert (await gateway.recv(10)).data == b"found"
    with pytest.raises(usmp.ConnectionClosedError):
        await device.recv(10)
    await device.disconnect()


async def test_stop_ends_what_waits() -> None:
    gateway = usmp.Gateway(LISTEN["udp"], keys={"boiler": PSK})
    await gateway.start()
    sending = asyncio.create_task(gateway.send("boiler", b"x"))
    receiving = asyncio.create_task(gateway.recv())
    await asyncio.sleep(0.05)
    await gateway.stop()
    for task in (sending, receiving):
        with pytest.raises(usmp.ConnectionClosedError):
            await task
    assert [message async for message in gateway] == []


async def test_what_a_gateway_must_be_told() -> None:
    with pytest.raises(ValueError):
        usmp.Gateway(LISTEN["udp"])
    with pytest.raises(ValueError):
        await usmp.Gateway("ftp://x", keys={"boiler": PSK}).start()
    with pytest.raises(OSError):
        await usmp.Gateway("udp://192.0.2.1:9", keys={"boiler": PSK}).start()

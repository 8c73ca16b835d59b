"""Messages between a server and clients: both wires, both protocols."""

import asyncio

import pytest
from conftest import DEVICE, PSK, echo_server, serving

import usmp


async def test_echo(protocol: str, wire: int) -> None:
    server = echo_server(protocol=protocol, wire=wire)
    async with serving(server) as port:
        client = usmp.USMPClient("127.0.0.1", port, PSK, DEVICE, protocol, wire=wire)
        await client.connect()
        assert client.session_id is not None and len(client.session_id) == 32
        for content in (b"hello", b"", b"x" * 452, b"y" * 1808, bytes(range(256))):
            await client.send(content)
            assert await client.recv() == content
        await client.ping()
        await client.rekey()
        await client.send(b"after")
        assert await client.recv() == b"after"
        await client.disconnect()
        assert client.session_id is None


async def test_the_handler_sees_who_came(protocol: str, wire: int) -> None:
    seen: asyncio.Queue[usmp.USMPSession] = asyncio.Queue()
    server = usmp.USMPServer("127.0.0.1", 0, PSK, protocol=protocol, wire=wire)

    @server.on_session
    async def handle(session: usmp.USMPSession) -> None:
        seen.put_nowait(session)
        with pytest.raises(usmp.ConnectionClosedError):
            await session.recv()

    async with serving(server) as port:
        async with usmp.USMPClient("127.0.0.1", port, PSK, DEVICE, protocol, wire=wire) as client:
            session = await asyncio.wait_for(seen.get(), 10)
            assert session.device_id == "02:00:00:00:00:01"
            assert session.device_id_bytes == DEVICE
            assert session.session_id == client.session_id
            assert session.wire == wire
            assert not session.closed
        async with asyncio.timeout(10):
            while not session.closed:
                await asyncio.sleep(0.01)
        with pytest.raises(usmp.ConnectionClosedError):
            await session.send(b"late")
        with pytest.raises(usmp.ConnectionClosedError):
            await session.recv()


async def test_messages_keep_their_order_and_number(protocol: str, wire: int) -> None:
    count = 300
    server = echo_server(protocol=protocol, wire=wire)
    async with serving(server) as port:
        async with usmp.USMPClient("127.0.0.1", port, PSK, DEVICE, protocol, wire=wire) as client:

            async def send_all() -> None:
                for number in range(count):
                    await client.send(number.to_bytes(4, "big"))

            sender = asyncio.create_task(send_all())
            async with asyncio.timeout(60):
                got = [int.from_bytes(await client.recv(), "big") for _ in range(count)]
            await sender
            assert got == list(range(count))


async def test_what_was_sent_before_the_end_arrives(protocol: str, wire: int) -> None:
    got: list[bytes] = []
    over = asyncio.Event()
    server = usmp.USMPServer("127.0.0.1", 0, PSK, protocol=protocol, wire=wire)

    @server.on_session
    async def handle(session: usmp.USMPSession) -> None:
        try:
            while True:
                got.append(await session.recv())
        except usmp.ConnectionClosedError:
            over.set()

    async with serving(server) as port:
        async with usmp.USMPClient("127.0.0.1", port, PSK, DEVICE, protocol, wire=wire) as client:
            for number in range(50):
                await client.send(b"%d" % number)
        await asyncio.wait_for(over.wait(), 10)
    assert got == [b"%d" % number for number in range(50)]


async def test_the_server_says_bye(protocol: str, wire: int) -> None:
    server = usmp.USMPServer("127.0.0.1", 0, PSK, protocol=protocol, wire=wire)

    @server.on_session
    async def handle(session: usmp.USMPSession) -> None:
        await session.recv()
        await session.send(b"last words")
        await session.bye()
        await session.bye()  # once more is no harm

    async with serving(server) as port:
        client = usmp.USMPClient("127.0.0.1", port, PSK, DEVICE, protocol, wire=wire)
        await client.connect()
        await client.send(b"go on")
        assert await client.recv() == b"last words"
        with pytest.raises(usmp.ConnectionClosedError):
            await client.recv()
        with pytest.raises(usmp.ConnectionClosedError):
            await client.send(b"too late")
        await client.disconnect()
        await client.connect()  # the same client, a new session
        await client.send(b"again")
        assert await client.recv() == b"last words"
        await client.disconnect()


async def test_both_protocols_on_one_server(wire: int) -> None:
    server = echo_server(protocol="tcp|udp", wire=wire)
    async with serving(server):
        for address in server.addresses:
            protocol, _, place = address.partition("://")
            port = int(place.rpartition(":")[2])
            async with usmp.USMPClient("127.0.0.1", port, PSK, None, protocol, wire=wire) as client:
                await client.send(b"by " + protocol.encode())
                assert await client.recv() == b"by " + protocol.encode()


async def test_both_wires_on_one_server(protocol: str) -> None:
    old, new = b"\x02old\x00\x01", b"boiler"
    keys = {old: PSK, new: usmp.Key(PSK[::-1], wire=3)}
    server = echo_server(psk=keys, protocol=protocol)
    async with serving(server) as port:
        async with usmp.USMPClient("127.0.0.1", port, PSK, old, protocol) as client:
            await client.send(b"2")
            assert await client.recv() == b"2"
        async with usmp.USMPClient("127.0.0.1", port, PSK[::-1], new, protocol, wire=3) as client:
            await client.send(b"3")
            assert await client.recv() == b"3"


async def test_a_message_too_large_is_refused_and_the_session_goes_on(
    protocol: str, wire: int
) -> None:
    too_large = b"z" * (1809 if wire == 2 else 65536)
    server = echo_server(protocol=protocol, wire=wire)
    async with serving(server) as port:
        async with usmp.USMPClient("127.0.0.1", port, PSK, DEVICE, protocol, wire=wire) as client:
            with pytest.raises(usmp.PayloadError):
                await client.send(too_large)
            if wire == 2:
                assert client._session is not None
                with pytest.raises(usmp.PayloadError):
                    await client._session.send(b"x", channel=1)
            await client.send(b"small")
            assert await client.recv() == b"small"


async def test_channels_of_a_session(protocol: str, wire: int) -> None:
    server = usmp.USMPServer("127.0.0.1", 0, PSK, protocol=protocol, wire=wire)

    @server.on_session
    async def handle(session: usmp.USMPSession) -> None:
        data, channel, is_datagram = await session.recv_message()
        assert not is_datagram
        try:
            await session.send(data, channel=channel + 1)
        except usmp.PayloadError:
            await session.send(b"no channels")

    async with serving(server) as port:
        async with usmp.USMPClient("127.0.0.1", port, PSK, DEVICE, protocol, wire=wire) as client:
            await client.send(b"x")
            assert await client.recv(10) == (b"x" if wire == 3 else b"no channels")


async def test_large_messages_on_wire_3(protocol: str) -> None:
    server = echo_server(protocol=protocol, wire=3)
    async with serving(server) as port:
        async with usmp.USMPClient("127.0.0.1", port, PSK, b"boiler", protocol, wire=3) as client:
            for size in (1809, 16384, 65535):
                content = bytes(size - 3) + b"end"
                await client.send(content)
                assert await client.recv(30) == content

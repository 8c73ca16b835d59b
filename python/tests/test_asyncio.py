"""What asyncio users expect: cancellation, timeouts, slow handlers, many sessions, the end."""

import asyncio
import contextlib
import os
import signal
import socket

import pytest
from conftest import DEVICE, PSK, echo_server, serving

import usmp


async def test_recv_times_out_and_the_session_goes_on(protocol: str, wire: int) -> None:
    timed_out = asyncio.Event()
    server = usmp.USMPServer("127.0.0.1", 0, PSK, protocol=protocol, wire=wire)

    @server.on_session
    async def handle(session: usmp.USMPSession) -> None:
        with pytest.raises(usmp.USMPTimeoutError):
            await session.recv(timeout=0.05)
        timed_out.set()
        await session.send(await session.recv(timeout=10))

    async with serving(server) as port:
        async with usmp.USMPClient("127.0.0.1", port, PSK, DEVICE, protocol, wire=wire) as client:
            await asyncio.wait_for(timed_out.wait(), 10)
            await client.send(b"late")
            assert await client.recv() == b"late"


async def test_cancelled_recv_loses_nothing(protocol: str, wire: int) -> None:
    async with serving(echo_server(protocol=protocol, wire=wire)) as port:
        async with usmp.USMPClient("127.0.0.1", port, PSK, DEVICE, protocol, wire=wire) as client:
            got = []
            for number in range(20):
                waiting = asyncio.create_task(client.recv())
                await asyncio.sleep(0)
                await client.send(b"%d" % number)
                await asyncio.sleep(0.001 * (number % 4))
                waiting.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    got.append(await waiting)
            async with asyncio.timeout(20):
                while len(got) < 20:
                    got.append(await client.recv())
            assert got == [b"%d" % number for number in range(20)]


async def test_two_that_wait_get_a_message_each(wire: int) -> None:
    async with serving(echo_server(wire=wire)) as port:
        async with usmp.USMPClient("127.0.0.1", port, PSK, DEVICE, wire=wire) as client:
            waiting = [asyncio.create_task(client.recv()) for _ in range(3)]
            await asyncio.sleep(0)
            waiting.pop(1).cancel()
            await client.send(b"a")
            await client.send(b"b")
            async with asyncio.timeout(10):
                assert sorted(await asyncio.gather(*waiting)) == [b"a", b"b"]


async def test_cancelled_connect_leaves_nothing(wire: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        client = usmp.USMPClient("127.0.0.1", silent.getsockname()[1], PSK, DEVICE, wire=wire)
        attempt = asyncio.create_task(client.connect())
        await asyncio.sleep(0.05)
        attempt.cancel()
        with pytest.raises(asyncio.CancelledError):
            await attempt
        with pytest.raises(usmp.USMPTimeoutError):
            await client.connect(timeout=0.1)
        with pytest.raises(usmp.NotConnectedError):
            await client.send(b"x")
        with pytest.raises(RuntimeError):
            await client.recv()
        await client.disconnect()


async def test_nobody_listens(protocol: str, wire: int) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        client = usmp.USMPClient("127.0.0.1", port, PSK, DEVICE, protocol, wire=wire)
        if protocol == "tcp":
            with pytest.raises(ConnectionRefusedError):
                await client.connect()
        else:
            with pytest.raises((usmp.USMPTimeoutError, usmp.HandshakeError, OSError)):
                await client.connect(timeout=0.5)


async def test_a_name_that_nobody_has() -> None:
    with pytest.raises(OSError):
        await usmp.USMPClient("no.such.host.invalid", 9000, PSK).connect()


async def test_a_slow_handler_makes_the_sender_wait(protocol: str, wire: int) -> None:
    count = 1500
    go_on = asyncio.Event()
    got: list[int] = []
    server = usmp.USMPServer("127.0.0.1", 0, PSK, protocol=protocol, wire=wire)

    @server.on_session
    async def handle(session: usmp.USMPSession) -> None:
        await go_on.wait()
        assert session._endpoint.count() <= 600  # the inbox's 256 and what one packet may add
        while len(got) < count:
            got.append(int.from_bytes((await session.recv())[:4], "big"))
        await session.send(b"all")

    async with serving(server) as port:
        async with usmp.USMPClient("127.0.0.1", port, PSK, DEVICE, protocol, wire=wire) as client:
            sent = 0

            async def send_all() -> None:
                nonlocal sent
                for number in range(count):
                    await client.send(number.to_bytes(4, "big") + bytes(1000))
                    sent += 1

            sender = asyncio.create_task(send_all())
            last = -1
            async with asyncio.timeout(60):
                while sent != last or sent == 0:  # until nothing moves any more
                    last = sent
                    await asyncio.sleep(0.5)
            if protocol == "udp":
                assert sent < count
            go_on.set()
            async with asyncio.timeout(120):
                await sender
                assert await client.recv() == b"all"
            assert got == list(range(count))


async def test_a_slow_client_makes_the_handler_wait(wire: int) -> None:
    count = 1500
    server = usmp.USMPServer("127.0.0.1", 0, PSK, wire=wire)

    @server.on_session
    async def handle(session: usmp.USMPSession) -> None:
        for number in range(count):
            await session.send(number.to_bytes(4, "big") + bytes(1000))
        await session.recv()

    async with serving(server) as port:
        async with usmp.USMPClient("127.0.0.1", port, PSK, DEVICE, wire=wire) as client:
            await asyncio.sleep(0.5)
            assert client._link is not None and client._link.count() <= 600
            async with asyncio.timeout(60):
                for number in range(count):
                    assert (await client.recv())[:4] == number.to_bytes(4, "big")
            await client.send(b"done")


async def test_one_handler_that_fails_is_no_matter_for_the_others(wire: int) -> None:
    server = usmp.USMPServer("127.0.0.1", 0, PSK, wire=wire, max_connections_per_ip=10)

    @server.on_session
    async def handle(session: usmp.USMPSession) -> None:
        data = await session.recv()
        if data == b"fail":
            raise ValueError("as the test wants")
        await session.send(data)
        await session.recv()

    async with serving(server) as port:
        first = usmp.USMPClient("127.0.0.1", port, PSK, None, wire=wire)
        second = usmp.USMPClient("127.0.0.1", port, PSK, None, wire=wire)
        await first.connect()
        await second.connect()
        await first.send(b"fail")
        with pytest.raises(usmp.ConnectionClosedError):
            await first.recv()
        await second.send(b"fine")
        assert await second.recv() == b"fine"
        await first.disconnect()
        await second.disconnect()


async def test_a_handler_that_is_cancelled_ends_its_session(protocol: str, wire: int) -> None:
    server = usmp.USMPServer("127.0.0.1", 0, PSK, protocol=protocol, wire=wire)
    handlers: list[asyncio.Task[None]] = []

    @server.on_session
    async def handle(session: usmp.USMPSession) -> None:
        task = asyncio.current_task()
        assert task is not None
        handlers.append(task)
        while True:
            await session.send(await session.recv())

    async with serving(server) as port:
        for _ in range(2):
            client = usmp.USMPClient("127.0.0.1", port, PSK, None, protocol, wire=wire)
            await client.connect()
            await client.send(b"served")
            assert await client.recv(10) == b"served"
            handlers.pop().cancel()
            with pytest.raises(usmp.ConnectionClosedError):
                await client.recv(20)
            await client.disconnect()
        assert server.counters["sessions"] == 0


async def test_a_bye_that_is_cancelled_ends_the_session(protocol: str, wire: int) -> None:
    server = usmp.USMPServer("127.0.0.1", 0, PSK, protocol=protocol, wire=wire)
    outcome: asyncio.Queue[bool] = asyncio.Queue()

    @server.on_session
    async def handle(session: usmp.USMPSession) -> None:
        await session.send(await session.recv())
        leaving = asyncio.create_task(session.bye())
        await asyncio.sleep(0)
        leaving.cancel()
        async with asyncio.timeout(5):  # far less than what it waits for an end that is not told
            await session.bye()
        outcome.put_nowait(session.closed)

    async with serving(server) as port:
        client = usmp.USMPClient("127.0.0.1", port, PSK, None, protocol, wire=wire)
        await client.connect()
        await client.send(b"last words")
        assert await asyncio.wait_for(outcome.get(), 20)
        await client.disconnect()


async def test_connections_from_one_address_are_limited(protocol: str, wire: int) -> None:
    server = echo_server(protocol=protocol, wire=wire, max_connections_per_ip=2)
    async with serving(server) as port:
        clients = [
            usmp.USMPClient("127.0.0.1", port, PSK, None, protocol, wire=wire) for _ in range(3)
        ]
        for client in clients[:2]:
            await client.connect()
        with pytest.raises((usmp.USMPError, OSError, EOFError)):
            await clients[2].connect(timeout=2)
            await clients[2].send(b"x")
            await clients[2].recv(timeout=2)
        for client in clients[:2]:
            await client.send(b"in")
            assert await client.recv() == b"in"
        await clients[0].disconnect()
        await asyncio.sleep(0.1)
        await clients[2].connect()
        await clients[2].send(b"now")
        assert await clients[2].recv() == b"now"
        for client in clients[1:]:
            await client.disconnect()


async def test_silence_ends_a_session_and_is_told(wire: int) -> None:
    told: asyncio.Queue[tuple[str, str]] = asyncio.Queue()

    async def on_timeout(device_id: str, session_id: str) -> None:
        told.put_nowait((device_id, session_id))

    server = echo_server(
        wire=wire, session_timeout=3.0 if wire == 3 else 1.0, on_timeout=on_timeout
    )
    async with serving(server) as port:
        client = usmp.USMPClient("127.0.0.1", port, PSK, DEVICE, wire=wire)
        await client.connect()
        session_id = client.session_id
        if wire == 3:
            # The server tells its time, and the device keeps the session alive by itself.
            await asyncio.sleep(5)
            await client.send(b"still here")
            assert await client.recv() == b"still here"
            assert told.empty()
        else:
            assert await asyncio.wait_for(told.get(), 10) == ("02:00:00:00:00:01", session_id)
            with pytest.raises(usmp.ConnectionClosedError):
                await client.recv()
        await client.disconnect()


async def test_stop_ends_sessions_and_handlers(protocol: str, wire: int) -> None:
    cancelled = asyncio.Event()
    server = usmp.USMPServer("127.0.0.1", 0, PSK, protocol=protocol, wire=wire)

    @server.on_session
    async def handle(session: usmp.USMPSession) -> None:
        await session.recv()
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            cancelled.set()
            raise

    client = usmp.USMPClient("127.0.0.1", 0, PSK, DEVICE, protocol, wire=wire)
    async with serving(server) as port:
        client._port = port
        await client.connect()
        await client.send(b"x")
        await asyncio.sleep(0.1)
    assert cancelled.is_set()
    with pytest.raises(usmp.ConnectionClosedError):
        async with asyncio.timeout(10):
            await client.recv()
    await client.disconnect()
    assert server.addresses == []
    async with serving(server) as port:  # it may serve again
        pass


async def test_stop_ends_what_waits_outside_of_handlers() -> None:
    kept: asyncio.Queue[usmp.USMPSession] = asyncio.Queue()
    server = usmp.USMPServer("127.0.0.1", 0, PSK, wire=3)

    @server.on_session
    async def handle(session: usmp.USMPSession) -> None:
        kept.put_nowait(session)
        await asyncio.sleep(3600)

    async with serving(server) as port:
        client = usmp.USMPClient("127.0.0.1", port, PSK, DEVICE, wire=3)
        await client.connect()
        session = await kept.get()
        waiting = asyncio.create_task(session.recv())
        await asyncio.sleep(0)
    with pytest.raises(usmp.ConnectionClosedError):
        await asyncio.wait_for(waiting, 10)
    await client.disconnect()


async def test_a_signal_ends_serve() -> None:
    server = echo_server()
    task = asyncio.create_task(server.serve())
    await server.wait_started()
    os.kill(os.getpid(), signal.SIGTERM)
    await asyncio.wait_for(task, 10)


async def test_a_port_in_use_is_an_error_and_the_server_may_try_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        server = echo_server(port=taken.getsockname()[1])
        with pytest.raises(OSError):
            await server.serve()
    server = echo_server()
    async with serving(server):
        pass


async def test_no_handler() -> None:
    with pytest.raises(RuntimeError, match="on_session"):
        await usmp.USMPServer(psk=PSK).serve()


async def test_garbage_harms_nobody(protocol: str, wire: int) -> None:
    async with serving(
        echo_server(protocol=protocol, wire=wire, max_connections_per_ip=50)
    ) as port:
        async with usmp.USMPClient("127.0.0.1", port, PSK, DEVICE, protocol, wire=wire) as client:
            kind = socket.SOCK_STREAM if protocol == "tcp" else socket.SOCK_DGRAM
            for size in (1, 12, 50, 500, 1400):
                with socket.socket(socket.AF_INET, kind) as stranger:
                    stranger.connect(("127.0.0.1", port))
                    with contextlib.suppress(OSError):
                        stranger.send(os.urandom(size))
                        stranger.send(b"\xcd\xab\x02\x05" + os.urandom(size))
                await client.send(b"still here")
                assert await client.recv() == b"still here"


async def test_a_thousand_sessions(protocol: str) -> None:
    count = 1000
    server = echo_server(
        protocol=protocol, wire=3, max_connections=count, max_connections_per_ip=count
    )
    async with serving(server) as port:
        clients = [
            usmp.USMPClient("127.0.0.1", port, PSK, b"device-%d" % number, protocol, wire=3)
            for number in range(count)
        ]
        gate = asyncio.Semaphore(50)

        async def run(number: int) -> None:
            async with gate:
                await clients[number].connect(timeout=60)
            await clients[number].send(b"%d" % number)
            assert await clients[number].recv() == b"%d" % number

        async with asyncio.timeout(200):
            await asyncio.gather(*(run(number) for number in range(count)))
            assert server.counters["sessions"] == count
            await asyncio.gather(*(client.disconnect() for client in clients))

"""Who may come in: keys as bytes, dict and function, and who may not."""

import asyncio
import time

import pytest
from conftest import DEVICE, PSK, echo_server, serving

import usmp

OTHER = b"\x02\x00\x00\x00\x00\x02"


async def echo_once(port: int, psk: bytes, device: bytes, protocol: str, wire: int) -> None:
    async with usmp.USMPClient("127.0.0.1", port, psk, device, protocol, wire=wire) as client:
        await client.send(b"in")
        assert await client.recv() == b"in"


async def refused(port: int, psk: bytes, device: bytes, protocol: str, wire: int) -> Exception:
    client = usmp.USMPClient("127.0.0.1", port, psk, device, protocol, wire=wire)
    with pytest.raises((usmp.HandshakeError, usmp.USMPTimeoutError)) as caught:
        await client.connect(timeout=2)
    return caught.value


def test_keys_that_are_none() -> None:
    for psk in (b"", {}, None):
        with pytest.raises(ValueError):
            usmp.USMPServer(psk=psk)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="at least 16 bytes"):
        usmp.USMPServer(psk=b"short")
    with pytest.raises(ValueError, match="at least 16 bytes"):
        usmp.USMPServer(psk={DEVICE: b"short"})
    with pytest.raises(ValueError):
        usmp.USMPServer(psk="text of more than 16 characters")  # type: ignore[arg-type]
    assert "PSK" not in repr(usmp.Key(PSK)) and "psk" not in repr(usmp.Key(PSK))


async def test_a_wrong_key_is_refused_and_the_next_one_comes_in(protocol: str, wire: int) -> None:
    async with serving(echo_server(protocol=protocol, wire=wire)) as port:
        await refused(port, PSK[::-1], DEVICE, protocol, wire)
        await echo_once(port, PSK, DEVICE, protocol, wire)


async def test_wire_3_says_that_the_key_is_wrong(protocol: str) -> None:
    async with serving(echo_server(protocol=protocol, wire=3)) as port:
        assert isinstance(await refused(port, PSK[::-1], DEVICE, protocol, 3), usmp.AuthError)


async def test_keys_by_device(protocol: str, wire: int) -> None:
    server = echo_server(psk={DEVICE: PSK, OTHER: PSK[::-1]}, protocol=protocol, wire=wire)
    async with serving(server) as port:
        await echo_once(port, PSK, DEVICE, protocol, wire)
        await echo_once(port, PSK[::-1], OTHER, protocol, wire)
        await refused(port, PSK, b"\x02\x00\x00\x00\x00\x03", protocol, wire)


async def test_a_key_for_all_others(wire: int) -> None:
    async with serving(echo_server(psk={OTHER: PSK[::-1], b"": PSK}, wire=wire)) as port:
        await echo_once(port, PSK, DEVICE, "tcp", wire)
        await echo_once(port, PSK[::-1], OTHER, "tcp", wire)


async def test_a_function_gives_the_key(protocol: str, wire: int) -> None:
    asked: list[bytes] = []

    def find(device_id: bytes) -> bytes | None:
        asked.append(device_id)
        return PSK if device_id == DEVICE else None

    async with serving(echo_server(psk=find, protocol=protocol, wire=wire)) as port:
        await echo_once(port, PSK, DEVICE, protocol, wire)
        await refused(port, PSK, OTHER, protocol, wire)
    assert asked[0] == DEVICE and OTHER in asked


async def test_an_async_function_gives_the_key(protocol: str, wire: int) -> None:
    async def find(device_id: bytes) -> usmp.Key | None:
        await asyncio.sleep(0.02)
        return usmp.Key(PSK, wire) if device_id == DEVICE else None

    async with serving(echo_server(psk=find, protocol=protocol)) as port:
        await echo_once(port, PSK, DEVICE, protocol, wire)


async def test_a_function_that_raises_or_answers_nonsense(wire: int) -> None:
    answers: list[object] = [RuntimeError("no database"), b"short", "text"]

    def find(device_id: bytes) -> bytes:
        if device_id == OTHER:
            raise RuntimeError("no database at all")
        answer = answers.pop(0) if answers else PSK
        if isinstance(answer, Exception):
            raise answer
        return answer  # type: ignore[return-value]

    async with serving(echo_server(psk=find, wire=wire)) as port:
        # Whoever cannot tell is asked again; the connection waits meanwhile.
        await echo_once(port, PSK, DEVICE, "tcp", wire)
        assert not answers
        await refused(port, PSK, OTHER, "tcp", wire)
        await echo_once(port, PSK, DEVICE, "tcp", wire)


async def test_a_function_that_hangs_holds_up_nobody_for_long() -> None:
    async def find(device_id: bytes) -> bytes:
        if device_id == OTHER:
            await asyncio.sleep(3600)
        return PSK

    server = echo_server(psk=find, wire=3, handshake_timeout=1.0)
    async with serving(server) as port:
        await refused(port, PSK, OTHER, "tcp", 3)
        await echo_once(port, PSK, DEVICE, "tcp", 3)


async def test_a_slow_function_holds_up_no_session(protocol: str, wire: int) -> None:
    asked: list[bytes] = []

    async def find(device_id: bytes) -> bytes:
        asked.append(device_id)
        if device_id != DEVICE:
            await asyncio.sleep(1)
        return PSK

    server = echo_server(psk=find, protocol=protocol, wire=wire, max_connections_per_ip=20)
    async with serving(server) as port:
        async with usmp.USMPClient("127.0.0.1", port, PSK, DEVICE, protocol, wire=wire) as client:
            others = [b"\x02\0\0\0\1" + bytes([number]) for number in range(8)]
            coming = [
                asyncio.create_task(echo_once(port, PSK, other, protocol, wire)) for other in others
            ]
            longest = 0.0
            while not all(task.done() for task in coming):
                before = time.monotonic()
                await client.send(b"x")
                await client.recv(10)
                longest = max(longest, time.monotonic() - before)
                await asyncio.sleep(0.005)
            await asyncio.gather(*coming)
            # Eight functions of a second each: no session waits for any of them.
            assert longest < 0.9
            assert sorted(asked) == sorted([DEVICE, *others])


async def test_a_key_of_the_other_wire_is_refused(protocol: str, wire: int) -> None:
    async with serving(echo_server(protocol=protocol, wire=wire)) as port:
        await refused(port, PSK, DEVICE, protocol, 5 - wire)
        await echo_once(port, PSK, DEVICE, protocol, wire)


async def test_a_long_key_of_wire_2() -> None:
    long_key = bytes(200)
    async with serving(echo_server(psk=long_key)) as port:
        await echo_once(port, long_key, DEVICE, "tcp", 2)
    with pytest.raises(ValueError, match="64"):
        usmp.USMPServer(psk=long_key, wire=3)

"""A program of the published API, which runs with either package as it stands.

same_program.py server tcp|udp PORT, client tcp|udp PORT, or names: what it has, as JSON
"""

import asyncio
import inspect
import json
import sys
from enum import Enum

import usmp
from usmp import ConnectionClosedError, USMPClient, USMPProtocol, USMPServer, USMPSession
from usmp.types import USMPErrorCode

PSK = bytes(range(32))
DEVICE = b"\x02\x00\x00\x00\x00\x01"


async def serve(protocol, port):
    ended = []
    server = USMPServer(
        host="127.0.0.1",
        port=port,
        psk={DEVICE: PSK},
        handshake_timeout=5.0,
        session_timeout=30.0,
        protocol=USMPProtocol(protocol),
    )

    @server.on_session
    async def handle(session: USMPSession):
        assert session.device_id == DEVICE.hex(":")
        assert len(session.session_id) == 32
        try:
            while True:
                data = await session.recv(timeout=20)
                if data == b"rekey":
                    await session.rekey()
                elif data == b"ping":
                    await session.ping()
                elif data == b"bye":
                    await session.bye()
                    return
                elif data == b"ended":
                    data = b",".join(ended)
                await session.send(data)
        except ConnectionClosedError:
            ended.append(b"closed")

    print("serving", flush=True)
    await server.serve()


async def use(protocol, port):
    client = USMPClient(host="127.0.0.1", port=port, psk=PSK, device_id=DEVICE, protocol=protocol)
    await client.connect(timeout=10)
    for size in (0, 1, 64, 452, 453, 1000, 1808):
        await client.send(bytes(size))
        assert await client.recv() == bytes(size), size
    try:
        await client.send(bytes(1809))
        raise AssertionError("1809 bytes went")
    except usmp.PayloadError:
        pass
    for word in (b"ping", b"rekey", b"after the change of keys"):
        await client.send(word)
        assert await client.recv() == word
    await client.ping()
    for number in range(100):
        await client.send(b"%d" % number)
        assert await client.recv() == b"%d" % number
    await client.disconnect()
    assert client.session_id is None

    stranger = USMPClient("127.0.0.1", port, PSK[::-1], DEVICE, protocol)
    try:
        await stranger.connect(timeout=3)
        raise AssertionError("the wrong key came in")
    except (usmp.USMPError, OSError, EOFError):
        pass

    await client.connect()
    await client.send(b"ended")
    assert b"closed" in await client.recv()
    await client.send(b"bye")
    try:
        await asyncio.wait_for(client.recv(), 10)
        raise AssertionError("a message after BYE")
    except ConnectionClosedError:
        pass
    await client.disconnect()
    try:
        await client.send(b"x")
        raise AssertionError("sent without a session")
    except usmp.NotConnectedError as error:
        assert isinstance(error, RuntimeError) and error.code == USMPErrorCode.NOT_CONNECTED
    print("ok", flush=True)


def describe(thing):
    """What code that uses a name depends on."""
    if inspect.isclass(thing) and issubclass(thing, Enum):
        return {"members": {member.name: member.value for member in thing}}
    if inspect.isclass(thing):
        members = {}
        for name in dir(thing):
            member = inspect.getattr_static(thing, name)
            if not name.startswith("_") and (
                inspect.isfunction(member) or isinstance(member, property)
            ):
                members[name] = describe(member)
        bases = [base.__name__ for base in thing.__mro__ if base is not object]
        code = getattr(thing, "code", None)
        # A session comes from a server or client, and its constructor is theirs.
        made = None if thing is USMPSession else parameters(thing)
        return {
            "bases": bases,
            "members": members,
            "made": made,
            "code": int(code) if isinstance(code, int) else None,
        }
    if isinstance(thing, property):
        return "property"
    return {"called": parameters(thing), "is_async": inspect.iscoroutinefunction(thing)}


def parameters(thing):
    """Names, order and defaults."""
    try:
        found = inspect.signature(thing).parameters.values()
    except ValueError:
        return None
    return [
        [
            each.name,
            str(each.kind),
            None if each.default is inspect.Parameter.empty else repr(each.default),
        ]
        for each in found
        if each.kind is not inspect.Parameter.KEYWORD_ONLY
    ]


def main():
    role, *rest = sys.argv[1:]
    if role == "names":
        names = {name: describe(getattr(usmp, name)) for name in usmp.__all__}
        names["USMPErrorCode"] = describe(USMPErrorCode)
        print(json.dumps(names))
    else:
        asyncio.run((serve if role == "server" else use)(rest[0], int(rest[1])))


if __name__ == "__main__":
    main()

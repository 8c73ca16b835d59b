"""A program that forks with a gateway and a device in it; test_fork.py runs it."""

import asyncio
import os
import selectors
import sys

import usmp

KEY = bytes(range(32))


async def one_message(gateway: usmp.Gateway, device: usmp.Device) -> None:
    """From one to the other and back."""
    async with asyncio.timeout(20):
        await device.send(b"there")
        assert (await gateway.recv()).data == b"there"
        await gateway.send("boiler", b"back")
        assert (await device.recv()).data == b"back"


async def make() -> tuple[usmp.Gateway, usmp.Device]:
    """Both, joined."""
    gateway = usmp.Gateway("udp://127.0.0.1:0", keys={"boiler": KEY})
    await gateway.start()
    device = usmp.Device(gateway.addresses[0], "boiler", KEY)
    await device.connect()
    await one_message(gateway, device)
    return gateway, device


async def in_child() -> None:
    """The package works there as in any process."""
    gateway, device = await make()
    await device.disconnect()
    await gateway.stop()


def main() -> None:
    """The child ends as programs do; what the parent has goes on."""
    # Not epoll, which both processes would share: the child, at its end, closes this loop too.
    loop = asyncio.SelectorEventLoop(selectors.PollSelector())
    pair = loop.run_until_complete(make())
    child = os.fork()
    if child == 0:
        asyncio.run(in_child())
        print("child", flush=True)
        sys.exit(0)
    assert os.waitpid(child, 0)[1] == 0
    loop.run_until_complete(one_message(*pair))
    assert pair[0].counters["handshakes_finished"] == 1
    loop.run_until_complete(pair[1].disconnect())
    loop.run_until_complete(pair[0].stop())
    loop.close()
    print("parent", flush=True)


if __name__ == "__main__":
    main()

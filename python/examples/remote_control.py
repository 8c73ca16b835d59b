"""Sends what you type, "DEVICE TEXT", to devices. python remote_control.py [URI [REGISTRY]]"""

import asyncio
import sys

import usmp


async def show(gateway: usmp.Gateway) -> None:
    async for message in gateway:
        print(f"{message.device}: {message.data.decode(errors='replace')}", flush=True)


async def command(gateway: usmp.Gateway, line: str) -> None:
    device, _, text = line.strip().partition(" ")
    if not device:
        print("online:", *gateway.devices, flush=True)
        return
    try:
        await gateway.send(device, text.encode(), ttl=10)
        print(f"{device} has it", flush=True)
    except (ValueError, usmp.USMPError) as error:
        print(f"{device}: {error}", flush=True)


async def main(uri: str = "udp://[::]:9000", registry: str = "usmp.db") -> None:
    async with usmp.Gateway(uri, registry=registry) as gateway:
        print("listening on", *gateway.addresses, flush=True)
        showing = asyncio.create_task(show(gateway))
        while line := await asyncio.to_thread(sys.stdin.readline):
            await command(gateway, line)
        showing.cancel()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))

"""A gateway that sends every message back. python echo_gateway.py [URI [REGISTRY]]"""

import asyncio
import sys

import usmp


async def main(uri: str = "udp://[::]:9000", registry: str = "usmp.db") -> None:
    answering: set[asyncio.Task[None]] = set()
    async with usmp.Gateway(uri, registry=registry) as gateway:
        print("listening on", *gateway.addresses, flush=True)
        async for message in gateway:
            print(message.device, message.data, flush=True)
            # Not awaited here: a device that goes away must not make the others wait.
            task = asyncio.create_task(
                gateway.send(message.device, message.data, message.channel, ttl=60)
            )
            answering.add(task)
            task.add_done_callback(answering.discard)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))

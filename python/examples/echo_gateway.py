"""A gateway that sends every message back.

usmp device add boiler --key-file boiler.key
python echo_gateway.py udp://127.0.0.1:9000 usmp.db
usmp connect udp://127.0.0.1:9000 --id boiler --key-file boiler.key
"""

import asyncio
import sys

import usmp


async def main(uri: str = "udp://[::]:9000", registry: str = "usmp.db") -> None:
    async with usmp.Gateway(uri, registry=registry) as gateway:
        print("listening on", *gateway.addresses, flush=True)
        async for message in gateway:
            print(message.device, message.data, flush=True)
            # Not awaited here: a device that went away must not make the others wait.
            task = asyncio.create_task(
                gateway.send(message.device, message.data, message.channel, ttl=60)
            )
            pending.add(task)
            task.add_done_callback(pending.discard)


pending: set[asyncio.Task[None]] = set()

if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))

"""Hands messages to an MQTT broker, topic usmp/DEVICE. Needs aiomqtt and a broker."""

import asyncio
import sys

import aiomqtt

import usmp


async def main(uri: str = "udp://[::]:9000", registry: str = "usmp.db", port: str = "1883") -> None:
    async with aiomqtt.Client("localhost", int(port)) as broker:
        async with usmp.Gateway(uri, registry=registry) as gateway:
            print("listening on", *gateway.addresses, flush=True)
            async for message in gateway:
                await broker.publish(f"usmp/{message.device}", message.data, qos=1)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))

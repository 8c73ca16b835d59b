"""Writes what devices send into a table of SQLite. python telemetry.py [URI [REGISTRY [TABLE]]]"""

import asyncio
import sqlite3
import sys
import time

import usmp


async def main(
    uri: str = "udp://[::]:9000", registry: str = "usmp.db", table: str = "telemetry.db"
) -> None:
    database = sqlite3.connect(table)
    database.execute("CREATE TABLE IF NOT EXISTS reading (time REAL, device TEXT, value REAL)")
    async with usmp.Gateway(uri, registry=registry) as gateway:
        print("listening on", *gateway.addresses, flush=True)
        async for message in gateway:
            try:
                value = float(message.data)
            except ValueError:
                print(f"{message.device}: no number: {message.data!r}", flush=True)
                continue
            with database:
                database.execute(
                    "INSERT INTO reading VALUES (?, ?, ?)", (time.time(), message.device, value)
                )
            print(message.device, value, flush=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))

"""A web page with the last value of each device. Needs fastapi, uvicorn and websockets."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator

import uvicorn
from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from fastapi.responses import HTMLResponse

import usmp

PAGE = """<!doctype html><title>Devices</title><table id=values></table><script>
const rows = {}, table = document.getElementById("values");
new WebSocket(`ws://${location.host}/live`).onmessage = event => {
  const [device, value] = JSON.parse(event.data);
  if (!rows[device]) {
    rows[device] = table.insertRow();
    rows[device].insertCell().textContent = device;
    rows[device].insertCell();
  }
  rows[device].cells[1].textContent = value;
};
</script>"""

values: dict[str, str] = {}
viewers: set[asyncio.Queue[tuple[str, str]]] = set()


async def collect(uri: str, registry: str) -> None:
    async with usmp.Gateway(uri, registry=registry) as gateway:
        print("listening on", *gateway.addresses, flush=True)
        async for message in gateway:
            value = (message.device, message.data.decode(errors="replace"))
            values[value[0]] = value[1]
            for viewer in viewers:
                if viewer.full():  # a slow viewer misses old values, not new ones
                    viewer.get_nowait()
                viewer.put_nowait(value)


@contextlib.asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    collecting = asyncio.create_task(collect(*app.state.arguments))
    yield
    collecting.cancel()


app = FastAPI(lifespan=lifespan)


@app.get("/")
async def page() -> HTMLResponse:
    return HTMLResponse(PAGE)


@app.websocket("/live")
async def live(socket: WebSocket) -> None:
    await socket.accept()
    news: asyncio.Queue[tuple[str, str]] = asyncio.Queue(100)
    for value in values.items():
        await socket.send_json(value)
    viewers.add(news)
    with contextlib.suppress(WebSocketDisconnect):
        while True:
            await socket.send_json(await news.get())
    viewers.discard(news)


if __name__ == "__main__":
    defaults = ["8000", "udp://[::]:9000", "usmp.db"]
    port, uri, registry = [*sys.argv[1:], *defaults[len(sys.argv) - 1 :]]
    app.state.arguments = (uri, registry)
    uvicorn.run(app, host="127.0.0.1", port=int(port), log_level="warning")

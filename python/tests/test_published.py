"""Against the published package 1.2.2, as client and as server: one program for both packages."""

import asyncio
import json
import os
import pathlib
import socket
import sys
from typing import Any

import pytest

PROGRAM = str(pathlib.Path(__file__).with_name("same_program.py"))
PUBLISHED = os.environ.get("USMP_PUBLISHED_PYTHON", "")
OURS = sys.executable

pytestmark = pytest.mark.skipif(not PUBLISHED, reason="USMP_PUBLISHED_PYTHON names no interpreter")

PAIRS = [(OURS, OURS), (OURS, PUBLISHED), (PUBLISHED, OURS)]
NAMES = ["ours-ours", "ours-published", "published-ours"]


def free_port(protocol: str) -> int:
    kind = socket.SOCK_STREAM if protocol == "tcp" else socket.SOCK_DGRAM
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def start(python: str, *arguments: str) -> asyncio.subprocess.Process:
    environment = dict(os.environ)
    if python == PUBLISHED:
        environment.pop("PYTHONPATH", None)
    return await asyncio.create_subprocess_exec(
        python,
        PROGRAM,
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=environment,
    )


@pytest.mark.parametrize(("server_python", "client_python"), PAIRS, ids=NAMES)
async def test_the_same_program(server_python: str, client_python: str, protocol: str) -> None:
    port = str(free_port(protocol))
    server = await start(server_python, "server", protocol, port)
    try:
        assert server.stdout is not None
        assert await asyncio.wait_for(server.stdout.readline(), 30) == b"serving\n"
        await asyncio.sleep(0.5)  # the published server does not say when it listens
        client = await start(client_python, "client", protocol, port)
        out, err = await asyncio.wait_for(client.communicate(), 60)
        assert out == b"ok\n", err.decode()
    finally:
        server.terminate()
        _, err = await asyncio.wait_for(server.communicate(), 20)
    assert server.returncode == 0, err.decode()
    if server_python == OURS:
        assert b"Traceback" not in err, err.decode()


async def names_of(python: str) -> dict[str, Any]:
    process = await start(python, "names")
    out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    names: dict[str, Any] = json.loads(out)
    return names


async def test_every_published_name_is_there() -> None:
    published, ours = await names_of(PUBLISHED), await names_of(OURS)
    differing: list[str] = []
    for name, theirs in published.items():
        if name not in ours:
            differing.append(name)
        else:
            differing += differences(name, theirs, ours[name])
    # docs/reference/python.md tells of these.
    assert differing == []


def differences(name: str, theirs: Any, ours: Any) -> list[str]:
    """Where code that was written for theirs would find something else in ours."""
    if not isinstance(theirs, dict):
        return [] if theirs == ours else [name]
    found: list[str] = []
    for key, value in theirs.items():
        if key in ("members",):
            for member, what in value.items():
                if member not in ours[key]:
                    found.append(f"{name}.{member}")
                else:
                    found += differences(f"{name}.{member}", what, ours[key][member])
        elif key in ("called", "made"):
            if value is not None and (ours[key] or [])[: len(value)] != value:
                found.append(f"{name}({value} is {ours[key]})")
        elif key == "bases":
            found += [f"{name} is no {base}" for base in value if base not in ours[key]]
        elif value != ours[key]:
            found.append(f"{name}: {key} is {ours[key]}")
    return found

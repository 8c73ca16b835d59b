"""The tutorials, block by block: files are written, commands run, and what they show is shown."""

import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import time

import pytest

ROOT = pathlib.Path(__file__).parents[2]
BUILD = os.environ.get("USMP_BUILD", "")
BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PATIENCE_S = 30

pytestmark = pytest.mark.skipif(
    not pathlib.Path(BUILD, "cli", "usmp").exists() or shutil.which("cc") is None,
    reason="USMP_BUILD names no build of the project, or there is no C compiler",
)


class Shell:
    """A shell whose output is kept, in a directory of its own."""

    def __init__(self, directory: pathlib.Path) -> None:
        self.log = directory / "log.txt"
        self.output = self.log.open("wb")
        path = [pathlib.Path(BUILD, "cli"), pathlib.Path(sys.executable).parent]
        self.process = subprocess.Popen(
            ["bash", "-e"],
            stdin=subprocess.PIPE,
            stdout=self.output,
            stderr=subprocess.STDOUT,
            cwd=directory,
            start_new_session=True,
            env=dict(
                os.environ,
                USMP=str(ROOT),
                BUILD=BUILD,
                PYTHONUNBUFFERED="",
                PATH=os.pathsep.join([*map(str, path), os.environ["PATH"]]),
            ),
        )
        self.count = 0
        self.begun = 0

    def run(self, commands: str) -> None:
        """Runs commands, and waits for those that are not in the background."""
        self.count += 1
        self.begun = self.log.stat().st_size
        assert self.process.stdin is not None
        self.process.stdin.write(f"{commands}\necho done-{self.count}\n".encode())
        self.process.stdin.flush()
        self.expect(f"done-{self.count}")

    def expect(self, line: str) -> None:
        """Waits until the commands run last, or what runs behind them, have written `line`."""
        until = time.monotonic() + PATIENCE_S
        while line not in (shown := self.log.read_text()[self.begun :]):
            assert self.process.poll() is None or time.monotonic() > until - PATIENCE_S + 2, shown
            assert time.monotonic() < until, f"no {line!r} in:\n{shown}"
            time.sleep(0.02)

    def close(self) -> None:
        os.killpg(self.process.pid, 15)
        self.process.communicate()
        self.output.close()


@pytest.mark.parametrize(
    "name",
    ["installation-and-keys", "first-tcp-tunnel", "going-connectionless", "production-hardening"],
)
def test_tutorial(name: str, tmp_path: pathlib.Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    text = (ROOT / "docs" / "tutorials" / f"{name}.md").read_text().replace("9000", port)
    blocks = BLOCK.findall(text)
    assert len(blocks) > 8
    shell = Shell(tmp_path)
    try:
        for language, file, content in blocks:
            if file:
                (tmp_path / file).write_text(content)
            elif language == "sh":
                shell.run(content)
            else:
                assert language == "text", language
                for line in content.splitlines():
                    shell.expect(line)
    finally:
        shell.close()

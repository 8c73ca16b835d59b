"""The sdist into a fresh virtual environment, then the README's quick start as it stands.

fresh_install.py WORK_DIRECTORY
"""

import pathlib
import re
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
PATIENCE_S = 60
DEVICE = """
import asyncio, sys, usmp
async def main():
    key = usmp.Registry("usmp.db").add("boiler")
    async with usmp.Device("udp://127.0.0.1:9000", "boiler", key) as device:
        await device.send(b"hello")
asyncio.run(main())
"""


def main(work: pathlib.Path) -> None:
    """Fails with the first command that fails, or with what did not come."""
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    subprocess.run([sys.executable, "-m", "venv", work / "environment"], check=True)
    python = work / "environment" / "bin" / "python"
    pip = [python, "-m", "pip", "-q", "--disable-pip-version-check", "install"]
    subprocess.run([*pip, "build"], check=True)
    subprocess.run([python, "-m", "build", "-q", "--sdist", "-o", work, ROOT], check=True)
    subprocess.run([*pip, next(work.glob("usmp-*.tar.gz"))], check=True)

    blocks = re.findall(r"^```python\n(.*?)^```$", (ROOT / "README.md").read_text(), re.M | re.S)
    assert len(blocks) == 1, "README.md has one quick start for Python"
    gateway = subprocess.Popen(
        [python, "-u", "-c", blocks[0]], cwd=work, stdout=subprocess.PIPE, text=True
    )
    try:
        until = time.monotonic() + PATIENCE_S
        while not (work / "usmp.db").exists():
            assert gateway.poll() is None, "the quick start ended (is port 9000 in use?)"
            assert time.monotonic() < until, "no registry came about"
            time.sleep(0.1)
        time.sleep(1)
        subprocess.run([python, "-c", DEVICE], cwd=work, check=True, timeout=PATIENCE_S)
        assert gateway.stdout is not None
        line = gateway.stdout.readline()
        assert line == "boiler b'hello'\n", line
    finally:
        gateway.kill()
        gateway.communicate()
    print("the quick start runs as it stands")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]).resolve())

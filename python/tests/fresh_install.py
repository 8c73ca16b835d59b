"""The package into a fresh virtual environment, then the README's quick start as it stands.

fresh_install.py WORK_DIRECTORY [--wheels]: of the sdist, or of the wheels that are built first.
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
# A wheel of manylinux brings what it links, but for what every Linux has.
BROUGHT = """
import pathlib, usmp
mapped = {pathlib.Path(line.split()[-1]) for line in open("/proc/self/maps") if ".so" in line}
for name in ("libcrypto", "libsqlite3"):
    found = [path for path in mapped if path.name.startswith(name)]
    assert any(path.parent.name == "usmp.libs" for path in found), (name, found)
"""
PIP = ["-m", "pip", "-q", "--disable-pip-version-check", "install"]


def fresh_environment(work: pathlib.Path, python: str) -> pathlib.Path:
    """An empty directory with a virtual environment in it; its Python."""
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    subprocess.run([python, "-m", "venv", work / "environment"], check=True)
    return work / "environment" / "bin" / "python"


def quick_start(work: pathlib.Path, python: pathlib.Path) -> None:
    """Fails with what did not come."""
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


def install_sdist(work: pathlib.Path) -> None:
    """As from the registry, where no wheel fits."""
    python = fresh_environment(work, sys.executable)
    subprocess.run([python, *PIP, "build"], check=True)
    subprocess.run([python, "-m", "build", "-q", "--sdist", "-o", work, ROOT], check=True)
    subprocess.run([python, *PIP, next(work.glob("usmp-*.tar.gz"))], check=True)
    quick_start(work, python)
    print("the quick start runs as it stands")


def install_wheels(work: pathlib.Path) -> None:
    """Each for the Python that it was built for, with nothing else from anywhere."""
    script = ROOT / "scripts" / "build_wheels.sh"
    subprocess.run([script, work / "wheels"], check=True)
    named = subprocess.run([script, "--pythons"], check=True, stdout=subprocess.PIPE, text=True)
    pythons = named.stdout.split()
    assert pythons
    for each in pythons:
        python = fresh_environment(work / str(pythons.index(each)), each)
        take = ["--no-index", "--only-binary", ":all:", "--find-links", work / "wheels", "usmp"]
        subprocess.run([python, *PIP, *take], check=True)
        subprocess.run([python, "-c", BROUGHT], check=True)
        quick_start(python.parents[2], python)
        print(f"the quick start runs from its wheel with {each}")
    wheels = [path.name for path in (work / "wheels").glob("usmp-*.whl")]
    assert len(wheels) == len(pythons) and all("manylinux" in name for name in wheels), wheels


if __name__ == "__main__":
    directory = pathlib.Path(sys.argv[1]).resolve()
    (install_wheels if sys.argv[2:] == ["--wheels"] else install_sdist)(directory)

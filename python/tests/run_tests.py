"""Tests the package as users get it: sdist, wheel from the sdist, a virtual environment.

run_tests.py WORK_DIRECTORY [--python PYTHON] [--published PYTHON] [--build DIRECTORY]
"""

import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOOLS = [
    "aiomqtt",
    "build",
    "fastapi",
    "mypy",
    "nanobind>=2.4",
    "ninja",
    "pytest",
    "pytest-asyncio",
    "ruff",
    "scikit-build-core>=0.10",
    "uvicorn",
    "websockets",
]


def run(*command: object, **options: object) -> None:
    """Runs a command; its failure is ours."""
    words = [str(word) for word in command]
    print("+", " ".join(words), flush=True)
    subprocess.run(words, check=True, **options)  # type: ignore[call-overload]


def fresh_environment(path: pathlib.Path, python: str) -> pathlib.Path:
    """Makes a virtual environment; its Python."""
    shutil.rmtree(path, ignore_errors=True)
    run(python, "-m", "venv", path)
    return path / "bin" / "python"


def tools_environment(work: pathlib.Path, python: str) -> pathlib.Path:
    """The environment with what builds and checks; kept while the list of tools is the same."""
    stamp = work / "tools.txt"
    wanted = "\n".join([python, *TOOLS])
    tools = work / "tools" / "bin" / "python"
    if not stamp.exists() or stamp.read_text() != wanted or not tools.exists():
        tools = fresh_environment(work / "tools", python)
        run(tools, "-m", "pip", "-q", "--disable-pip-version-check", "install", *TOOLS)
        stamp.write_text(wanted)
    return tools


def build_wheel(work: pathlib.Path, tools: pathlib.Path) -> pathlib.Path:
    """The wheel that the sdist gives. It lies where it lay before, so that ccache knows it."""
    # The compiler's output too: files of an sdist have a time that says nothing. ccache has it all.
    for name in ("sdist", "wheel", "source", "objects"):
        shutil.rmtree(work / name, ignore_errors=True)
    run(tools, "-m", "build", "-q", "-n", "--sdist", "-o", work / "sdist", ROOT)
    archive = next((work / "sdist").glob("usmp-*.tar.gz"))
    with tarfile.open(archive) as sdist:
        sdist.extractall(work / "source", filter="data")
    source = next((work / "source").iterdir())
    environment = dict(os.environ, PATH=f"{tools.parent}{os.pathsep}{os.environ['PATH']}")
    run(
        tools,
        "-m",
        "pip",
        "-q",
        "--disable-pip-version-check",
        "wheel",
        "--no-deps",
        "--no-build-isolation",
        "-w",
        work / "wheel",
        source,
        f"-Cbuild-dir={work / 'objects'}",
        env=environment,
    )
    return next((work / "wheel").glob("usmp-*.whl"))


def main() -> None:
    """Builds, installs, checks and tests."""
    parser = argparse.ArgumentParser()
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--published", default="")
    parser.add_argument("--build", default="", help="of the project, for the tutorials in C")
    arguments, rest = parser.parse_known_args()
    work = arguments.work.resolve()
    work.mkdir(parents=True, exist_ok=True)

    tools = tools_environment(work, arguments.python)
    run(tools, "-m", "ruff", "check", "-q", "--no-cache", ROOT / "python")
    run(tools, "-m", "ruff", "format", "-q", "--check", "--no-cache", ROOT / "python")
    wheel = build_wheel(work, tools)
    run(
        tools,
        "-m",
        "pip",
        "-q",
        "--disable-pip-version-check",
        "install",
        "--no-deps",
        "--force-reinstall",
        wheel,
    )
    run(tools, "-m", "mypy", "--strict", "--cache-dir", work / "mypy", "-p", "usmp", cwd=work)
    checked = sorted((ROOT / "python" / "examples").glob("*.py"))
    run(tools, "-m", "mypy", "--strict", "--cache-dir", work / "mypy", *checked, cwd=work)
    run(
        tools,
        "-m",
        "pytest",
        "-q",
        "-c",
        ROOT / "pyproject.toml",
        "-p",
        "no:cacheprovider",
        ROOT / "python" / "tests",
        *rest,
        cwd=work,
        env=dict(
            os.environ,
            PYTHONDONTWRITEBYTECODE="1",
            USMP_PUBLISHED_PYTHON=arguments.published,
            USMP_BUILD=arguments.build,
        ),
    )


if __name__ == "__main__":
    main()

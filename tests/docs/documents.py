# What the tests of the documents share: the Markdown files of the project, and what
# `usmp --help` names. No check stands here.
import functools
import os
import re
import subprocess
import sys

ROOT = os.environ.get("USMP_ROOT", os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__)))))
sys.path.insert(0, os.path.join(ROOT, "tests", "rules"))

from project import project_paths  # noqa: E402, behind the path to it

TIMEOUT_S = 60
FENCE = re.compile(r"^```")
# A link in the text: [words](target). Code between backticks is no link.
LINK = re.compile(r"\[[^\]]*\]\(([^()\s]+)\)")
HEADING = re.compile(r"^#{1,6} +(.*?) *$")
HELP_OPTION = re.compile(r"^  (-\w,)?(--[a-z][a-z0-9-]*)")
HELP_NAME = re.compile(r"^  ([A-Za-z][\w-]*) ")


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


def documents():
    """Paths of all Markdown files; the specification is a copy of what is not ours to change."""
    return sorted(path for path in project_paths(ROOT)
                  if path.endswith(".md") and not path.startswith("spec/"))


def prose(text):
    """The lines outside of code blocks, as (number, line)."""
    inside = False
    for number, line in enumerate(text.split("\n"), 1):
        if FENCE.match(line):
            inside = not inside
        elif not inside:
            yield number, line


def links(text):
    """(number of the line, target) of each link."""
    for number, line in prose(text):
        for match in LINK.finditer(re.sub(r"`[^`]*`", "``", line)):
            yield number, match.group(1)


def anchors(text):
    """The names by which headings can be linked, as the usual viewers make them."""
    found = set()
    for _, line in prose(text):
        match = HEADING.match(line)
        if match:
            plain = re.sub(r"[^\w\- ]", "", match.group(1).lower())
            found.add(plain.replace(" ", "-"))
    return found


def shell_blocks(text):
    """Each block marked ```sh as (number of its first line, lines); continued lines joined."""
    block, start = None, 0
    for number, line in enumerate(text.split("\n"), 1):
        if block is None and line.strip() == "```sh":
            block, start = [], number + 1
        elif block is not None and FENCE.match(line):
            yield start, "\n".join(block).replace("\\\n", " ").split("\n")
            block = None
        elif block is not None:
            block.append(line)


@functools.lru_cache(maxsize=None)
def help_of(command):
    """(subcommands, options, positionals) that `usmp command --help` names."""
    done = subprocess.run([os.environ["USMP_BINARY"], *command.split(), "--help"], text=True,
                          stdout=subprocess.PIPE, timeout=TIMEOUT_S, check=True)
    found = {"Subcommands:": set(), "Options:": set(), "Positionals:": set()}
    section = None
    for line in done.stdout.split("\n"):
        if line and not line.startswith(" "):
            section = line if line in found else None
        elif section == "Options:":
            match = HELP_OPTION.match(line)
            if match:
                found[section].add(match.group(2))
        elif section:
            match = HELP_NAME.match(line)
            if match:
                found[section].add(match.group(1))
    return (frozenset(found["Subcommands:"]), frozenset(found["Options:"] - {"--help"}),
            frozenset(found["Positionals:"]))


def all_commands(command=""):
    """Every command, `` and `device add` alike, deepest last."""
    yield command
    for name in sorted(help_of(command)[0]):
        yield from all_commands(f"{command} {name}".strip())

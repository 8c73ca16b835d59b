#!/usr/bin/env python3
# Builds a sketch for a board of the Arduino AVR core, by the recipes of that core's platform.txt, as
# the Arduino IDE would: every file of the library below the include path, the core, the sketch.
# Not for boards whose core is not installed here.
import argparse
import concurrent.futures
import os
import re
import shlex
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PLATFORM = "/usr/share/arduino/hardware/arduino/avr"
IDE_VERSION = "10819"
CCACHE = ["ccache"] if shutil.which("ccache") else []
EXTENSIONS = {".c": "c", ".cpp": "cpp", ".S": "S"}
# What the core takes from <float.h>, and avr-g++ 5.4 has there for C only.
CORE_FLAGS = "-DDECIMAL_DIG=__DECIMAL_DIG__"
STRICT_FLAGS = "-Wall -Wextra -Werror"
# The library as it lies in this repository, and the paths that its one `src` holds together.
STORAGE = os.path.join(ROOT, "ports", "storage")
LIBRARY_SOURCES = [os.path.join(ROOT, "core", "src"), os.path.join(ROOT, "crypto", "tiny"),
                   os.path.join(STORAGE, "src"), os.path.join(HERE, "src")]
LIBRARY_INCLUDES = [os.path.join(ROOT, "core", "include"), os.path.join(ROOT, "core", "src"),
                    os.path.join(ROOT, "crypto"), os.path.join(STORAGE, "include"),
                    os.path.join(HERE, "src")]


def read_properties(path):
    with open(path, encoding="utf-8") as file:
        lines = (line.strip() for line in file)
        pairs = (line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
        return {name.strip(): value.strip() for name, value in pairs}


class Recipes:
    """Command lines of the platform for one board."""

    def __init__(self, board, directory):
        self.properties = read_properties(os.path.join(PLATFORM, "platform.txt"))
        prefix = board + "."
        mine = {name[len(prefix):]: value for name, value in
                read_properties(os.path.join(PLATFORM, "boards.txt")).items()
                if name.startswith(prefix)}
        if board == "mega":  # a menu of two processors; this is its default
            menu = "menu.cpu.atmega2560."
            mine.update({name[len(menu):]: value for name, value in mine.items()
                         if name.startswith(menu)})
        self.properties.update(mine)
        self.properties.update({
            "runtime.ide.version": IDE_VERSION, "build.arch": "AVR", "build.path": directory,
            "build.project_name": "sketch", "archive_file": "core.a"})

    def __getitem__(self, name):
        return self.properties[name]

    def command(self, recipe, **values):
        text = self.properties[recipe]
        known = {**self.properties, **values}
        while re.search(r"\{[\w.]+\}", text):
            text = re.sub(r"\{([\w.]+)\}", lambda found: known[found.group(1)], text)
        return shlex.split(text)


def source_files(*directories):
    return [os.path.join(where, name) for directory in directories
            for where, _, names in sorted(os.walk(directory)) for name in sorted(names)
            if os.path.splitext(name)[1] in EXTENSIONS]


def compile_all(recipes, sources, objects, includes, flags):
    """Object files of `sources`, in `objects`. `flags`: of C++, beside the platform's own."""
    os.makedirs(objects, exist_ok=True)
    values = {"includes": " ".join("-I" + shlex.quote(path) for path in includes),
              "compiler.cpp.extra_flags": flags, "compiler.warning_flags": ""}
    made = []
    with concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        jobs = []
        for source in sources:
            made.append(os.path.join(objects, re.sub(r"\W", "_", source.strip("/")) + ".o"))
            kind = EXTENSIONS[os.path.splitext(source)[1]]
            command = recipes.command(f"recipe.{kind}.o.pattern", source_file=source,
                                      object_file=made[-1], **values)
            jobs.append(pool.submit(subprocess.run, [*CCACHE, *command], check=True))
        for job in jobs:
            job.result()
    return made


def write_sketch(sketch, directory):
    """The .ino as the C++ file that the IDE makes of it; its functions stand before their use."""
    name = os.path.basename(sketch.rstrip("/"))
    path = os.path.join(sketch, name + ".ino")
    with open(path, encoding="utf-8") as file:
        text = file.read()
    output = os.path.join(directory, "sketch.ino.cpp")
    with open(output, "w", encoding="utf-8") as file:
        file.write(f'#include <Arduino.h>\n#line 1 "{path}"\n{text}')
    return output


def build(board, sketch, directory, library=None, defines=()):
    """Builds the sketch in the directory `sketch` and returns the path of the ELF file. `library`:
    the `src` of a packaged library instead of this repository's files."""
    os.makedirs(directory, exist_ok=True)
    recipes = Recipes(board, directory)
    recipes.properties["compiler.cpp.flags"] += "".join(" -D" + define for define in defines)
    core = os.path.join(PLATFORM, "cores", recipes["build.core"].split(":")[-1])
    includes = [core, os.path.join(PLATFORM, "variants", recipes["build.variant"]),
                os.path.join(PLATFORM, "libraries", "EEPROM", "src")]
    core_objects = compile_all(recipes, source_files(core), os.path.join(directory, "core"),
                               includes, CORE_FLAGS)
    archive = os.path.join(directory, "core.a")
    if os.path.exists(archive):
        os.unlink(archive)
    for made in core_objects:
        subprocess.run(recipes.command("recipe.ar.pattern", archive_file_path=archive,
                                       object_file=made), check=True)
    includes += [library] if library else LIBRARY_INCLUDES
    sources = [write_sketch(sketch, directory), *source_files(sketch),
               *source_files(*([library] if library else LIBRARY_SOURCES))]
    made = compile_all(recipes, sources, os.path.join(directory, "objects"), includes, STRICT_FLAGS)
    subprocess.run(recipes.command("recipe.c.combine.pattern",
                                   object_files=" ".join(map(shlex.quote, made))), check=True)
    return os.path.join(directory, "sketch.elf")


def sizes(image):
    """Bytes of flash (code, constants, first values of variables) and of static RAM."""
    listing = subprocess.run(["avr-size", "-A", image], check=True, capture_output=True,
                             text=True).stdout
    fields = (line.split() for line in listing.splitlines())
    sections = {field[0]: int(field[1]) for field in fields
                if len(field) == 3 and field[0].startswith(".")}
    data = sections.get(".data", 0)
    return (sections.get(".text", 0) + data,
            data + sections.get(".bss", 0) + sections.get(".noinit", 0))


def main():
    parser = argparse.ArgumentParser(description="Builds a sketch by the Arduino AVR core.")
    parser.add_argument("board", help="as in the core's boards.txt: uno, mega, …")
    parser.add_argument("sketch", help="a directory with a .ino of its name")
    parser.add_argument("--output", required=True, help="a directory for what is built")
    parser.add_argument("--library", help="the src directory of a packaged library")
    arguments = parser.parse_args()
    try:
        image = build(arguments.board, os.path.abspath(arguments.sketch),
                      os.path.abspath(arguments.output), arguments.library)
    except subprocess.CalledProcessError as error:
        print(f"build.py: {' '.join(error.cmd[:2])} failed", file=sys.stderr)
        return 1
    flash, ram = sizes(image)
    print(f"{image}: {flash} bytes of flash, {ram} bytes of static RAM")
    return 0


if __name__ == "__main__":
    sys.exit(main())

# How test_packages.py compiles an archive for a board: every source below a directory, each by the
# compiler and the flags of that board's Arduino core. No test stands here.
import concurrent.futures
import os
import re
import subprocess

ARDUINO = "/usr/share/arduino/hardware/arduino/avr"
ENDINGS = (".cpp", ".c", ".S")
# A line of nm: a name, which may have spaces, its kind, perhaps where it lies and its size.
SYMBOL = re.compile(r"(.+) ([A-Za-z])(?: [0-9a-f ]*)?$")
# Of platform.txt of the Arduino AVR core, but -flto, so that the objects have symbols to look at.
AVR_CXX = ["-Os", "-w", "-std=gnu++11", "-fpermissive", "-fno-exceptions", "-ffunction-sections",
           "-fdata-sections", "-fno-threadsafe-statics", "-Wno-error=narrowing"]
# What the Arduino cores of 32-bit boards have in common; warnings are errors here.
CXX = ["-Os", "-std=gnu++17", "-fno-exceptions", "-fno-rtti", "-ffunction-sections",
       "-fdata-sections", "-fno-threadsafe-statics", "-Wall", "-Wextra", "-Werror"]


class Board:
    """A compiler by its prefix, and flags for C++ and for all."""

    def __init__(self, prefix, cxx, machine):
        self.prefix = prefix
        self.cxx = cxx
        self.machine = machine


def avr(mcu, variant):
    return Board("avr-", AVR_CXX,
                 [f"-mmcu={mcu}", "-DF_CPU=16000000L", "-DARDUINO=10819", "-DARDUINO_ARCH_AVR",
                  "-I", f"{ARDUINO}/cores/arduino", "-I", f"{ARDUINO}/variants/{variant}",
                  "-I", f"{ARDUINO}/libraries/EEPROM/src"])


BOARDS = {
    "uno": avr("atmega328p", "standard"),
    "mega": avr("atmega2560", "mega"),
    "cortex_m0": Board("arm-none-eabi-", CXX, ["-mcpu=cortex-m0plus", "-mthumb",
                                               "-DARDUINO_ARCH_SAMD"]),
    "esp8266": Board("xtensa-lx106-elf-", CXX, ["-mlongcalls", "-ffreestanding", "-isystem",
                                                "/usr/include/newlib", "-DARDUINO_ARCH_ESP8266"]),
    # The board of tests/arduino_host, with the portable classes of the AVR core.
    "this_machine": Board("", CXX, ["-Wa,--noexecstack", "-idirafter",
                                    f"{ARDUINO}/cores/arduino"]),
    # No compiler for it is here: what its core would choose, on this machine.
    "esp32_on_host": Board("", CXX, ["-Wa,--noexecstack", "-DARDUINO_ARCH_ESP32"]),
    "esp_idf_on_host": Board("", CXX, []),
}


def sources(root):
    """Everything that is compiled, as the Arduino builder finds it: all below a directory."""
    return sorted(os.path.join(where, name) for where, _, names in os.walk(root)
                  for name in names if name.endswith(ENDINGS))


def compile_one(board, root, source, flags):
    target = source + ".o"
    kind = BOARDS[board]
    if source.endswith(".cpp"):
        command = [kind.prefix + "g++", *kind.cxx]
    elif source.endswith(".c"):
        command = [kind.prefix + "gcc", "-Os", "-std=gnu11"]
    else:
        command = [kind.prefix + "gcc", "-x", "assembler-with-cpp"]
    done = subprocess.run([*command, *kind.machine, "-I", root, *flags, "-c", source, "-o", target],
                          check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise AssertionError(f"{os.path.relpath(source, root)} for {board}:\n{done.stderr[:3000]}")
    return target


def build(board, root, found, flags):
    """The objects of all sources, `root` being in the include path."""
    with concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        return list(pool.map(lambda source: compile_one(board, root, source, flags), found))


def symbols(board, path, kind):
    """The names of one kind: T for functions that others may call, U for what is missing."""
    printed = subprocess.run([BOARDS[board].prefix + "nm", "-C", "-P", path], check=True,
                             capture_output=True, text=True).stdout
    lines = (SYMBOL.match(line) for line in printed.splitlines())
    return {line.group(1) for line in lines if line and line.group(2) == kind}


def defined_symbols(board, objects):
    """Functions that others may call, by the object that has them."""
    return {path: symbols(board, path, "T") for path in objects}


def needed_symbols(board, objects):
    """What no object of these has."""
    whole = objects[0] + ".whole"
    subprocess.run([BOARDS[board].prefix + "ld", *relocatable(board), "-r", "-o", whole, *objects],
                   check=True)
    return symbols(board, whole, "U")


def relocatable(board):
    mcu = [flag for flag in BOARDS[board].machine if flag.startswith("-mmcu=")]
    return {"-mmcu=atmega328p": ["-mavr5"], "-mmcu=atmega2560": ["-mavr6"]}[mcu[0]] if mcu else []

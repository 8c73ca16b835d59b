# A syntax check, no more: every source that the component of ports/esp_idf registers, and its
# example, against the headers of lwIP and mbedTLS and bare declarations of what is used of ESP-IDF.
# Nothing is linked or run. check_syntax.py [COMPONENT]: an unpacked archive in place of the
# repository's.
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

HERE = os.path.dirname(os.path.abspath(__file__))
PORT = sys.argv[1] if len(sys.argv) > 1 else os.path.join(HERE, "..", "..", "ports", "esp_idf")
LWIP = os.environ["USMP_LWIP_DIR"]
MBEDTLS = os.environ["USMP_MBEDTLS_DIR"]
COMMON = ["-fsyntax-only", "-Wall", "-Wextra", "-Werror"]
# An ARM's compiler has the C library of ESP-IDF, newlib, and the types of its 32-bit chips.
CXX = ["arm-none-eabi-g++", "-mcpu=cortex-m4", "-std=gnu++20", "-fno-exceptions", "-fno-rtti",
       "-fno-threadsafe-statics"]
C = ["arm-none-eabi-gcc", "-mcpu=cortex-m4", "-std=gnu17"]
SOURCES_MIN = 60  # core, C API, crypto and port together: fewer means that a glob found nothing


def registered():
    """Sources, public and private directories, definitions, as the component's CMakeLists.txt gives
    them to ESP-IDF."""
    done = subprocess.run(["cmake", f"-DCOMPONENT={PORT}", "-P",
                           os.path.join(HERE, "component_sources.cmake")],
                          capture_output=True, text=True, check=True)
    found = {"source": [], "public": [], "private": [], "definition": []}
    for line in done.stderr.splitlines():
        kind, _, value = line.partition(" ")
        found[kind].append(value)
    return found


def directories(names):
    return [argument for name in names for argument in ("-I", os.path.join(PORT, name))]


def compile_one(command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stderr if done.returncode != 0 else ""


def unknown_options(sources):
    """Options that the code or the build asks for and no Kconfig has."""
    asked, known = set(), set()
    for path in [*sources, os.path.join(PORT, "CMakeLists.txt"),
                 os.path.join(PORT, "include", "usmp_esp_idf.h")]:
        with open(path, encoding="utf-8") as file:
            asked |= set(re.findall(r"\bCONFIG_((?:USMP|TELEMETRY)_\w+)", file.read()))
    for name in ("Kconfig", "examples/telemetry/main/Kconfig.projbuild"):
        with open(os.path.join(PORT, name), encoding="utf-8") as file:
            known |= set(re.findall(r"^\s*config (\w+)", file.read(), re.MULTILINE))
    return sorted(asked - known)


def main():
    component = registered()
    example = os.path.join(PORT, "examples", "telemetry", "main", "telemetry.c")
    defines = [f"-D{definition}" for definition in component["definition"]]
    outside = ["-isystem", os.path.join(HERE, "declarations"), "-isystem",
               os.path.join(HERE, "lwip"), "-isystem", os.path.join(LWIP, "src", "include"),
               "-isystem", os.path.join(MBEDTLS, "include")]
    public = directories(component["public"])
    private = directories(component["private"])
    commands = [[*CXX, *COMMON, *defines, *public, *private, *outside, source]
                for source in component["source"]]
    commands.append([*C, *COMMON, *defines, *public, *outside, "-include", "sdkconfig.h", example])
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        failures = [text for text in pool.map(compile_one, commands) if text]
    options = unknown_options([*component["source"], example])
    failures += [f"no Kconfig has {name}" for name in options]
    if len(component["source"]) < SOURCES_MIN:
        failures.append(f"only {len(component['source'])} sources: {component['source']}")
    print("\n".join(failures) or f"{len(commands)} sources: their syntax is right")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
# Builds a firmware image for one board: core, crypto, port and one application, by the board's
# compiler, and reads what it takes. Not a build of anything that runs on this machine.
import argparse
import concurrent.futures
import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
STORAGE = os.path.join(os.path.dirname(HERE), "storage")

FLAGS = ["-Os", "-g", "-ffreestanding", "-ffunction-sections", "-fdata-sections",
         "-fno-jump-tables"]
CXX_FLAGS = ["-std=c++14", "-fno-exceptions", "-fno-rtti", "-fno-threadsafe-statics",
             "-Wall", "-Wextra", "-Werror"]
C_FLAGS = ["-std=c99", "-w", "-DBR_LE_UNALIGNED=0", "-DBR_BE_UNALIGNED=0"]
CCACHE = ["ccache"] if shutil.which("ccache") else []
LINK_FLAGS = ["-nostartfiles", "-Wl,--gc-sections", "-Wl,--fatal-warnings"]

# X25519, SHA-256 and HMAC are ours and small, AES and GHASH are BearSSL's (docs/decisions/0029).
TINY = ["hmac.cpp", "sha256.cpp", "x25519.cpp", "portable/field25519.cpp",
        "portable/sha256_compress.cpp", "cortex_m/field25519_sums.S",
        "cortex_m/field25519_thumb.S", "cortex_m/field25519_umaal.S"]
AEAD = ["aead_gcm_only.cpp", "gcm.cpp"]
BEARSSL = ["codec/dec32be", "codec/enc32be", "codec/dec32le", "codec/enc32le", "symcipher/aes_ct",
           "symcipher/aes_ct_enc", "symcipher/aes_ct_ctr"]


class Board:
    """A board: its compiler and flags, which of BearSSL's GHASHs fits its processor, and what is
    compiled for speed, and how: the few files whose bytes save most instructions."""

    def __init__(self, compiler, machine, selection, ghash, fast):
        self.compiler = compiler
        self.machine = machine
        self.selection = selection
        self.ghash = ghash
        self.fast = fast


BOARDS = {
    "mps2_an386": Board("arm-none-eabi-", ["-mcpu=cortex-m4", "-mthumb", "-specs=nano.specs"],
                        "word32", "hash/ghash_ctmul", {}),
    "microbit": Board("arm-none-eabi-", ["-mcpu=cortex-m0", "-mthumb", "-specs=nano.specs"],
                      "mul32", "hash/ghash_ctmul32",
                      {"aes_ct": "-O2", "aes_ct_enc": "-O2", "aes_ct_ctr": "-O2",
                       "ghash_ctmul32": "-O2", "cobs": "-O2", "crc16": "-O2",
                       "serial_frame_encoder": "-O2"}),
    "riscv_virt": Board("riscv64-unknown-elf-", ["-march=rv32imc", "-mabi=ilp32",
                                                 "-specs=picolibc.specs"],
                        "word32", "hash/ghash_ctmul",
                        {"aes_ct_enc": "-O2", "field25519": "-O3"}),
}


def cpp_files(directory):
    return sorted(os.path.join(where, name) for where, _, names in os.walk(directory)
                  for name in names if name.endswith(".cpp"))


def sources(name, application, bearssl):
    board = BOARDS[name]
    crypto = os.path.join(ROOT, "crypto")
    port = [*cpp_files(os.path.join(HERE, "src")), *cpp_files(os.path.join(STORAGE, "src")),
            os.path.join(HERE, "boards", name, "board.cpp")]
    backend = [*(os.path.join(crypto, "tiny", part) for part in TINY),
               *(os.path.join(crypto, "bearssl", part) for part in AEAD)]
    library = [os.path.join(bearssl, "src", part + ".c") for part in (*BEARSSL, board.ghash)]
    return [application, *port, *cpp_files(os.path.join(ROOT, "core", "src")), *backend, *library]


def compile_one(board, source, output, options):
    if source.endswith(".S"):
        command = [board.compiler + "gcc"]
        options = [*options, "-fno-lto"]
    elif source.endswith(".c"):
        command = [board.compiler + "gcc", *C_FLAGS]
    else:
        command = [board.compiler + "g++", *CXX_FLAGS]
    name = os.path.splitext(os.path.basename(source))[0]
    if name in board.fast:
        options = [*options, board.fast[name]]
    if name == "memory":
        options = [*options, "-fno-lto", "-fno-tree-loop-distribute-patterns"]
    subprocess.run([*CCACHE, *command, *board.machine, *FLAGS, *options, "-c", source,
                    "-o", output], check=True)


def build(name, application, directory, bearssl, lto=True, defines=()):
    """Builds `application` for board `name` in `directory` and returns the path of the ELF file."""
    board = BOARDS[name]
    os.makedirs(directory, exist_ok=True)
    includes = [os.path.join(HERE, "include"), os.path.join(HERE, "src"),
                os.path.join(STORAGE, "include"),
                os.path.join(ROOT, "core", "include"), os.path.join(ROOT, "core", "src"),
                os.path.join(ROOT, "crypto"),
                os.path.join(ROOT, "crypto", "bearssl", "selections", board.selection)]
    options = [*(option for path in includes for option in ("-I", path)),
               "-isystem", os.path.join(bearssl, "inc"), "-I", os.path.join(bearssl, "src"),
               *("-D" + define for define in defines), *(["-flto"] if lto else [])]
    jobs = []
    with concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        for source in sources(name, application, bearssl):
            output = os.path.join(directory, os.path.relpath(source, ROOT).replace("/", "_") + ".o")
            jobs.append((output, pool.submit(compile_one, board, source, output, options)))
        for _, job in jobs:
            job.result()
    image = os.path.join(directory, os.path.splitext(os.path.basename(application))[0] + ".elf")
    boards = os.path.join(HERE, "boards")
    subprocess.run([board.compiler + "gcc", *board.machine, *FLAGS, *LINK_FLAGS,
                    *(["-flto"] if lto else []), "-L", boards,
                    "-T", os.path.join(boards, name, "memory.ld"),
                    "-Wl,-Map=" + image + ".map", *(output for output, _ in jobs), "-o", image],
                   check=True)
    return image


def sizes(name, image):
    """Bytes of flash (code, constants, first values of variables) and of static RAM."""
    listing = subprocess.run([BOARDS[name].compiler + "size", "-A", image], check=True,
                             capture_output=True, text=True).stdout
    sections = {}
    for line in listing.splitlines():
        fields = line.split()
        if len(fields) == 3 and fields[0].startswith("."):
            sections[fields[0]] = int(fields[1])
    flash = sections.get(".text", 0) + sections.get(".data", 0) + sections.get(".ARM.exidx", 0)
    ram = sections.get(".data", 0) + sections.get(".bss", 0) + sections.get(".retained", 0)
    return flash, ram


def symbols(name, image):
    """Addresses by name, of everything that the image defines."""
    listing = subprocess.run([BOARDS[name].compiler + "nm", "-C", image], check=True,
                             capture_output=True, text=True).stdout
    fields = (line.split(maxsplit=2) for line in listing.splitlines())
    return {field[2]: int(field[0], 16) for field in fields if len(field) == 3}


def main():
    parser = argparse.ArgumentParser(description="Builds a firmware image for a board.")
    parser.add_argument("board", choices=sorted(BOARDS))
    parser.add_argument("application", help="the .cpp file with main()")
    parser.add_argument("--output", required=True, help="a directory for what is built")
    parser.add_argument("--bearssl", default=os.path.join(ROOT, "build", "deps", "bearssl"),
                        help="as scripts/fetch_bearssl.sh leaves it")
    parser.add_argument("--no-lto", action="store_true", help="without link time optimization")
    arguments = parser.parse_args()
    try:
        image = build(arguments.board, os.path.abspath(arguments.application), arguments.output,
                      arguments.bearssl, not arguments.no_lto)
    except subprocess.CalledProcessError as error:
        print(f"build.py: {' '.join(error.cmd[:1])} failed", file=sys.stderr)
        return 1
    flash, ram = sizes(arguments.board, image)
    print(f"{image}: {flash} bytes of flash, {ram} bytes of static RAM")
    return 0


if __name__ == "__main__":
    sys.exit(main())

# Compiles every source of core/ for one device, with the flags of a release build, and links
# nothing: it shows that the core stays freestanding. Sizes and behaviour are other tests' business.
import concurrent.futures
import os
import subprocess
import sys
import tempfile

FLAGS = ["-std=c++14", "-Os", "-ffreestanding", "-fno-exceptions", "-fno-rtti",
         "-fno-threadsafe-statics", "-ffunction-sections", "-fdata-sections",
         # Machine code beside that of link time: else nothing would be generated here.
         "-flto", "-ffat-lto-objects",
         "-Wall", "-Wextra", "-Werror", "-c"]
DEVICES = {
    "cortex_m0": ["arm-none-eabi-g++", "-mcpu=cortex-m0", "-mthumb"],
    "cortex_m4": ["arm-none-eabi-g++", "-mcpu=cortex-m4", "-mthumb"],
    "rv32imc": ["riscv64-unknown-elf-g++", "-march=rv32imc", "-mabi=ilp32",
                "-specs=picolibc.specs"],
    "atmega328p": ["avr-g++", "-mmcu=atmega328p"],
}


def core_sources(core):
    return sorted(os.path.join(where, name) for where, _, names in os.walk(
        os.path.join(core, "src")) for name in names if name.endswith(".cpp"))


def compile_source(command, core, source, directory):
    object_file = os.path.join(directory, os.path.relpath(source, core).replace("/", "_") + ".o")
    done = subprocess.run(
        [*command, *FLAGS, "-I", os.path.join(core, "include"), "-I", os.path.join(core, "src"),
         source, "-o", object_file], check=False, capture_output=True, text=True)
    return done.returncode, done.stderr


def main(root, device):
    core = os.path.join(root, "core")
    sources = core_sources(core)
    if not sources:
        print("core/src has no sources")
        return 1
    bad = 0
    with tempfile.TemporaryDirectory() as directory, \
            concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        for source, (code, errors) in zip(sources, pool.map(
                lambda source: compile_source(DEVICES[device], core, source, directory), sources)):
            if code != 0:
                bad += 1
                print(f"--- {os.path.relpath(source, root)}\n{errors}")
    print(f"{device}: {len(sources) - bad} of {len(sources)} sources compile")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))

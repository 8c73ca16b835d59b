# Compiles core, C API and the BearSSL backend for the ESP8266, as its Arduino core would: BearSSL's
# headers below bearssl/, the selection mul32. Links them into one and looks at what is left over:
# functions of C and of a port, and arithmetic that libgcc or the chip's ROM has. esp8266.py ROOT
# BEARSSL. It runs nothing: there is no emulator of this chip here.
import glob
import os
import subprocess
import sys
import tempfile

PREFIX = "xtensa-lx106-elf-"
FLAGS = ["-Os", "-mlongcalls", "-ffreestanding", "-ffunction-sections", "-fdata-sections",
         # Debian's compiler comes without a C library; the headers of newlib, which is also that of
         # the Arduino core, are the same for every processor.
         "-isystem", "/usr/include/newlib"]
CXX_FLAGS = ["-std=c++14", "-fno-exceptions", "-fno-rtti", "-fno-threadsafe-statics",
             "-Wall", "-Wextra", "-Werror"]
BEARSSL = ["codec/ccopy", "codec/dec32be", "codec/enc32be", "codec/dec32le", "codec/enc32le",
           "hash/sha2small", "symcipher/chacha20_ct", "symcipher/aes_ct", "symcipher/aes_ct_enc",
           "symcipher/aes_ct_ctr", "ec/ec_c25519_m15", "hash/ghash_ctmul32",
           "symcipher/poly1305_ctmul32"]
C_LIBRARY = {"memcpy", "memset", "memcmp", "memmove"}
# Divisions of 32 bits: what Debian's libgcc lacks and the chip has in its ROM (the linker script
# eagle.rom.addr of its SDK names them). No product of 64 bits: mul32 is the selection without.
ROM = {"__divsi3", "__udivsi3", "__modsi3", "__umodsi3"}


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def compile_all(root, bearssl, directory):
    """The objects of ours and of BearSSL's."""
    headers = os.path.join(directory, "include")
    os.mkdir(headers)
    os.symlink(os.path.abspath(os.path.join(bearssl, "inc")),
               os.path.join(headers, "bearssl"))
    ours = [source for pattern in ("core/src/**/*.cpp", "capi/src/*.cpp", "crypto/hmac.cpp",
                                   "crypto/bearssl/*.cpp")
            for source in sorted(glob.glob(os.path.join(root, pattern), recursive=True))
            if not source.endswith("aead_gcm_only.cpp")]
    includes = [word for path in ("core/include", "core/src", "capi/include", "capi/src", "crypto",
                                  "crypto/bearssl/selections/mul32")
                for word in ("-I", os.path.join(root, path))]
    objects = []
    for number, source in enumerate(ours):
        objects.append(os.path.join(directory, f"{number}.o"))
        run(PREFIX + "g++", *FLAGS, *CXX_FLAGS, *includes, "-I", headers, "-c", source,
            "-o", objects[-1])
    for name in BEARSSL:
        objects.append(os.path.join(directory, "bearssl_" + name.replace("/", "_") + ".o"))
        run(PREFIX + "gcc", *FLAGS, "-w", "-I", os.path.join(bearssl, "inc"),
            "-I", os.path.join(bearssl, "src"), "-c", os.path.join(bearssl, "src", name + ".c"),
            "-o", objects[-1])
    return objects


def defined_in_libgcc():
    libgcc = run(PREFIX + "gcc", "-print-libgcc-file-name").strip()
    return {line.split()[-1] for line in run(PREFIX + "nm", "--defined-only", libgcc).splitlines()
            if len(line.split()) == 3}


def main(root, bearssl):
    with tempfile.TemporaryDirectory() as directory:
        objects = compile_all(root, bearssl, directory)
        whole = os.path.join(directory, "whole.o")
        run(PREFIX + "ld", "-r", "-o", whole, *objects)
        needed = {line.split()[-1]
                  for line in run(PREFIX + "nm", "-u", whole).splitlines() if line.split()}
    arithmetic = {name for name in needed if name.startswith("__")}
    port = {name for name in needed if name.startswith("usmp_port_")}
    unknown = needed - port - C_LIBRARY - ROM - defined_in_libgcc()
    print(f"esp8266: {len(objects)} sources compile; of arithmetic they need "
          f"{', '.join(sorted(arithmetic)) or 'nothing'}")
    if not arithmetic or not port:
        print("nothing is left over, which cannot be")
        return 1
    for name in sorted(unknown):
        print(f"{name} is in no library of the ESP8266 that we know of")
    return 1 if unknown else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1], sys.argv[2]))
    except subprocess.CalledProcessError as error:
        print(error.stderr)
        sys.exit(1)

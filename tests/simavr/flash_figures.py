# Compiles crypto/tiny for an ATmega328P, file by file, and compares the flash that each primitive
# takes with the table of docs/reference/tiny-crypto.md, to the byte.
import os
import subprocess
import sys
import tempfile

FLAGS = ["-mmcu=atmega328p", "-std=c++14", "-Os", "-ffreestanding", "-fno-exceptions", "-fno-rtti",
         "-fno-threadsafe-statics", "-ffunction-sections", "-fdata-sections",
         "-DUSMP_TINY_CHACHA20_POLY1305=1"]
GROUPS = {
    "X25519": ["x25519.cpp", "avr/field25519_multiply.S", "avr/field25519_product.S",
               "avr/field25519_sums.S"],
    "SHA-256": ["sha256.cpp", "avr/sha256_compress.S"],
    "HMAC-SHA256, beside SHA-256": ["hmac.cpp"],
    "AES-256-GCM": ["gcm.cpp", "avr/aes256.S", "avr/ghash.S"],
    "ChaCha20-Poly1305, optional": ["chacha20_poly1305.cpp", "poly1305.cpp"],
    "the choice of suites, and tags": ["aead.cpp"],
}


def flash_of(root, source, directory):
    object_file = os.path.join(directory, "object.o")
    subprocess.run(["avr-g++", *FLAGS, "-I", os.path.join(root, "core", "include"),
                    "-I", os.path.join(root, "crypto"), "-c",
                    os.path.join(root, "crypto", "tiny", source), "-o", object_file], check=True)
    listing = subprocess.run(["avr-size", object_file], check=True, capture_output=True, text=True)
    text, data = listing.stdout.splitlines()[1].split()[:2]
    return int(text) + int(data)


def main(root):
    with open(os.path.join(root, "docs", "reference", "tiny-crypto.md"), encoding="utf-8") as file:
        page = file.read().splitlines()
    wrong = 0
    with tempfile.TemporaryDirectory() as directory:
        for group, sources in GROUPS.items():
            line = f"| {group} | {sum(flash_of(root, source, directory) for source in sources)} |"
            if line not in page:
                wrong += 1
                print(f"expected: {line}")
    print(f"{wrong} of {len(GROUPS)} figures of flash are not those of the page")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))

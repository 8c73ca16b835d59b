#!/usr/bin/env python3
# Makes the two pages that a device is provisioned with, for an emulator or a programmer: who it is,
# and the first seed of its random numbers. Not a part of any image: no secret is compiled in.
import argparse
import hashlib
import os
import secrets
import sys

PAGE_SIZE = 1024
ID_SIZE_MAX = 32
PSK_SIZE = 32
VERSION = 1


def crc16_modbus(content):
    value = 0xFFFF
    for byte in content:
        value ^= byte
        for _ in range(8):
            value = (value >> 1) ^ (0xA001 if value & 1 else 0)
    return value


def identity_page(device_id, key):
    """See usmp_storage/identity.hpp for the layout."""
    if not 1 <= len(device_id) <= ID_SIZE_MAX or len(key) != PSK_SIZE:
        raise ValueError("an ID has 1 to 32 bytes, a key 32")
    page = (b"USMP" + bytes([VERSION, len(device_id), len(key), 0])
            + device_id.ljust(ID_SIZE_MAX, b"\0") + key)
    page += crc16_modbus(page).to_bytes(2, "little")
    return page.ljust(PAGE_SIZE, b"\xff")


def seed_page(seed):
    """See usmp_storage/flash_seed_random.hpp for the layout."""
    check = hashlib.sha256(b"usmp seed" + seed).digest()[:4]
    return (seed + check).ljust(PAGE_SIZE, b"\xff")


def pages(device_id, key, seed=None):
    return identity_page(device_id, key) + seed_page(seed or secrets.token_bytes(32))


def write_private(path, content):
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)


def main():
    parser = argparse.ArgumentParser(
        description="Makes the pages that a device is provisioned with: identity and first seed. "
                    "The seed is new each time: two devices, or two starts of an emulator, with "
                    "the same one would use the same keys.")
    parser.add_argument("--id", required=True, help="as in `usmp device add`")
    parser.add_argument("--key-file", required=True, help="as `usmp device add --save-key` made it")
    parser.add_argument("--output", required=True, help="two pages of 1024 bytes, mode 0600")
    arguments = parser.parse_args()
    with open(arguments.key_file, encoding="ascii") as file:
        key = bytes.fromhex(file.read().strip())
    try:
        write_private(arguments.output, pages(arguments.id.encode(), key))
    except ValueError as error:
        print(f"provision.py: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())

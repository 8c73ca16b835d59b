# Prints what a device session takes in RAM on each kind of device, buffers included, and fails when
# the smallest is over its budget: 640 bytes on ARM for window 1, 64-byte packets and messages.
import os
import subprocess
import sys
import tempfile

from compile_core import DEVICES

BUDGETS = {("cortex_m0", "device_window_1_packet_64_message_64"): 640,
           ("cortex_m4", "device_window_1_packet_64_message_64"): 640}


def sizes(root, device, directory):
    command = DEVICES[device]
    object_file = os.path.join(directory, device + ".o")
    subprocess.run([*command, "-std=c++14", "-Os", "-ffreestanding", "-fno-exceptions", "-fno-rtti",
                    "-I", os.path.join(root, "core", "include"), "-c",
                    os.path.join(root, "tests", "cross", "session_size.cpp"), "-o", object_file],
                   check=True)
    nm = command[0].replace("g++", "nm")
    listing = subprocess.run([nm, "-S", object_file], check=True, capture_output=True, text=True)
    fields = (line.split() for line in listing.stdout.splitlines())
    return {field[3]: int(field[1], 16) for field in fields
            if len(field) == 4 and field[3].startswith("device_")}


def main(root):
    over = 0
    with tempfile.TemporaryDirectory() as directory:
        for device in DEVICES:
            found = sizes(root, device, directory)
            if len(found) != 4:
                print(f"{device}: sizes are missing: {found}")
                return 1
            for name, size in sorted(found.items()):
                budget = BUDGETS.get((device, name))
                print(f"{device:12} {name:42} {size:5} bytes"
                      + (f"  (budget {budget})" if budget else ""))
                over += budget is not None and size > budget
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))

# Builds every sketch that the tests of this directory run: build_sketches.py OUTPUT.
import os
import sys

from board import PROCESSORS, ROOT, build

SKETCHES = {"telemetry": os.path.join(ROOT, "ports", "arduino", "examples", "telemetry")}


def main(output):
    for board in PROCESSORS:
        for name, sketch in SKETCHES.items():
            image = build.build(board, sketch, os.path.join(output, board, name))
            flash, ram = build.sizes(image)
            print(f"{os.path.relpath(image, output)}: {flash} bytes of flash, {ram} of static RAM")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

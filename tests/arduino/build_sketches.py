# Builds every sketch that the tests of this directory run: build_sketches.py OUTPUT.
import os
import sys

from board import PROCESSORS, ROOT, build

HERE = os.path.dirname(os.path.abspath(__file__))
EXAMPLES = os.path.join(ROOT, "ports", "arduino", "examples")
SKETCHES = {"provision": os.path.join(EXAMPLES, "provision"),
            "telemetry": os.path.join(EXAMPLES, "telemetry"),
            "sleeper": os.path.join(HERE, "sleeper")}


def main(output):
    for board in PROCESSORS:
        for name, sketch in SKETCHES.items():
            image = build.build(board, sketch, os.path.join(output, board, name))
            flash, ram = build.sizes(image)
            print(f"{os.path.relpath(image, output)}: {flash} bytes of flash, {ram} of static RAM")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

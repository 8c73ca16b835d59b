# Builds every image that the tests of this directory run: build_images.py BEARSSL OUTPUT. The
# example for each board, the check of its arithmetic, and the smallest application with and without
# link time optimization.
import os
import sys

from emulator import MACHINES, ROOT, build

HERE = os.path.dirname(os.path.abspath(__file__))
EXAMPLE = os.path.join(ROOT, "ports", "bare_metal", "examples", "telemetry.cpp")
MINIMAL = os.path.join(HERE, "minimal.cpp")
FIELD = os.path.join(HERE, "field_check.cpp")


def main(bearssl, output):
    for board in MACHINES:
        for application, lto, name in ((EXAMPLE, True, board), (FIELD, True, board),
                                       (MINIMAL, True, board), (MINIMAL, False, board + "_no_lto")):
            image = build.build(board, application, os.path.join(output, name), bearssl, lto)
            flash, ram = build.sizes(board, image)
            print(f"{os.path.relpath(image, output)}: {flash} bytes of flash, {ram} of static RAM")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

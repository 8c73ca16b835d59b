# Shows that no image can have a heap: one that calls malloc, or uses `new`, does not link.
# no_heap.py BEARSSL
import os
import subprocess
import sys
import tempfile

from emulator import MACHINES, build

CALLS = {
    "malloc": '#include <stddef.h>\nextern "C" void* malloc(size_t);\n'
              "void* volatile kept;\nint main() { kept = malloc(16); return 0; }\n",
    "new": "void* volatile kept;\nint main() { kept = new char[16]; return 0; }\n",
    "none": "void* volatile kept;\nint main() { kept = nullptr; return 0; }\n",
}


def links(board, source, directory, bearssl):
    return subprocess.run([sys.executable, "-B", build.__file__, board, source, "--output",
                           directory, "--bearssl", bearssl, "--no-lto"], check=False,
                          capture_output=True).returncode == 0


def main(bearssl):
    bad = []
    with tempfile.TemporaryDirectory() as directory:
        for board in MACHINES:
            for name, text in CALLS.items():
                source = os.path.join(directory, name + ".cpp")
                with open(source, "w", encoding="ascii") as file:
                    file.write(text)
                linked = links(board, source, os.path.join(directory, board), bearssl)
                print(f"{board}, {name}: {'links' if linked else 'does not link'}")
                if linked != (name == "none"):
                    bad.append(f"{board}: {name}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))

# Every C and C++ file must look as clang-format with .clang-format makes it. Changes nothing; to
# change: clang-format -i on the files named.
import subprocess
import sys

from project import source_files


def main(root):
    paths = [file.path for file in source_files(root) if file.is_code]
    done = subprocess.run(["clang-format", "--dry-run", "-Werror", *paths], cwd=root, check=False,
                          capture_output=True, text=True)
    print(done.stderr, end="")
    bad = {line.split(":")[0] for line in done.stderr.split("\n") if "code should be" in line}
    print(f"{len(bad)} of {len(paths)} files are not formatted: {' '.join(sorted(bad))}")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))

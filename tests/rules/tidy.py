# clang-tidy, as .clang-tidy sets it, at the sources of ours that compile_commands.json knows: those
# of tests/ (argument `tests`), which take most of the time, or all others (`code`). What was clean
# is remembered by a hash of all that went in; findings never are.
import concurrent.futures
import hashlib
import json
import os
import shlex
import subprocess
import sys

from project import project_paths

DROPPED_FLAGS = {"-c", "-Werror"}
SECONDS_MAX = 600


def own_entries(root, build, part):
    with open(os.path.join(build, "compile_commands.json"), encoding="utf-8") as file:
        entries = json.load(file)
    own = {os.path.realpath(os.path.join(root, path)) for path in project_paths(root)
           if path.startswith("tests/") == (part == "tests")}
    return {os.path.realpath(entry["file"]): entry for entry in entries
            if os.path.realpath(entry["file"]) in own}


def compiler_flags(entry):
    """The flags without launcher, compiler, -o FILE, -c and the source itself."""
    words = shlex.split(entry["command"])
    first = next(n for n, word in enumerate(words) if word.startswith("-"))
    flags = []
    skip_next = False
    for word in words[first:]:
        if skip_next:
            skip_next = False
        elif word == "-o":
            skip_next = True
        elif word not in DROPPED_FLAGS and word != entry["file"]:
            flags.append(word)
    return flags


def fingerprint(root, path, entry):
    """A hash of the preprocessed source, the flags and every .clang-tidy above it."""
    language = "c" if path.endswith(".c") else "c++"
    source = subprocess.run(
        ["clang", "-x", language, *compiler_flags(entry), "-E", "-C", path],
        cwd=entry["directory"], check=False, capture_output=True)
    if source.returncode != 0:
        return None  # clang-tidy will say why
    whole = hashlib.sha256(source.stdout + entry["command"].encode())
    directory = os.path.dirname(path)
    while directory.startswith(root):
        config = os.path.join(directory, ".clang-tidy")
        if os.path.exists(config):
            with open(config, "rb") as file:
                whole.update(file.read())
        directory = os.path.dirname(directory)
    return whole.hexdigest()


def check_file(root, build, path, entry, clean_directory):
    name = fingerprint(root, path, entry)
    mark = os.path.join(clean_directory, name) if name else None
    if mark and os.path.exists(mark):
        return 0, ""
    done = subprocess.run(["clang-tidy", "--quiet", "-p", build, path], check=False,
                          capture_output=True, text=True, timeout=SECONDS_MAX)
    if done.returncode == 0 and mark:
        with open(mark, "w", encoding="utf-8"):
            pass
    return done.returncode, done.stdout + (done.stderr if done.returncode else "")


def main(root, build, part):
    root, build = os.path.realpath(root), os.path.realpath(build)
    entries = own_entries(root, build, part)
    if not entries:
        print("no source of ours is in compile_commands.json")
        return 1
    clean_directory = os.path.join(build, "tidy-clean")
    os.makedirs(clean_directory, exist_ok=True)
    bad = 0
    with concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        futures = {pool.submit(check_file, root, build, path, entry, clean_directory): path
                   for path, entry in entries.items()}
        for future in concurrent.futures.as_completed(futures):
            code, output = future.result()
            if code != 0:
                bad += 1
                print(f"--- {os.path.relpath(futures[future], root)}\n{output}")
    print(f"{bad} of {len(entries)} files have findings")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:4]))

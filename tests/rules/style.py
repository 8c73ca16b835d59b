# How every file must look: header comment, size, names, include guards, nothing unfinished, no path
# of one machine; and what core/ must not use. Not formatting: that is clang-format's.
import os
import re
import sys

from project import project_paths, report, source_files

LINES_MAX = 600
COLUMNS_MAX = 100
HEADER_LINES_MAX = 4

UNFINISHED = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X)\b")
MACHINE_PATH = re.compile(r"(?<![\w.~}])/(?:work|home|root|Users)/")
EMPTY_NAMES = re.compile(r"(?:^|_)(?:utils?|common|manager|helpers?)(?:_|\.|$)")
GUARD = re.compile(r"#ifndef (USMP_(?:\w+_)?H(?:PP)?)\n#define (\w+)\n")
CORE_BANNED = {
    r"\bvirtual\b": "virtual",
    r"\b(?:malloc|calloc|realloc|free)\s*\(": "the heap",
    r"(?<!operator )\bnew\b": "the heap",
    r"(?<!= )(?<!operator )\bdelete\b": "the heap",
    r"\b(?:throw|try|catch)\b": "exceptions",
    r"\b(?:dynamic_cast|typeid)\b": "RTTI",
    r"\bif constexpr\b": "C++17",
    r"\bnamespace\s+\w+::": "C++17",
    r"\[\[nodiscard\]\]": "C++17 (USMP_MUST_USE is there)",
    r"\bstd::": "the standard library",
}


def check(root):
    findings = []
    guards = {}
    for file in source_files(root):
        findings += header_comment(file) + size(file) + columns(file)
        if file.is_code:
            findings += include_guard(file, guards)
            if file.room == "core":
                findings += core_language(file)
    for path in project_paths(root):
        if path.startswith("spec/"):
            continue
        findings += names(path) + words(root, path)
    return findings


def header_comment(file):
    lines = file.lines()
    if lines[0].startswith("#!"):
        lines = lines[1:]
    if file.is_code and lines[0].startswith("/*"):
        end = next((n for n, line in enumerate(lines, 1) if "*/" in line), len(lines))
        count = end
    elif file.path.endswith(".py") and lines[0].startswith('"""'):
        text = "\n".join(lines)[3:]
        count = text[:max(text.find('"""'), 0)].count("\n") + 1
    else:
        mark = "//" if file.is_code else "#"
        count = next((n for n, line in enumerate(lines) if not line.startswith(mark)), len(lines))
    if count == 0:
        return [f"{file.path}:1: no comment at its beginning says what it is for"]
    if count > HEADER_LINES_MAX:
        return [f"{file.path}:1: {count} lines of comment at its beginning, "
                f"at most {HEADER_LINES_MAX}"]
    return []


def size(file):
    count = len(file.lines()) - 1
    if count > LINES_MAX:
        return [f"{file.path}: {count} lines, at most {LINES_MAX}"]
    return []


def columns(file):
    if file.is_code:
        return []  # clang-format sees to it
    return [f"{file.path}:{number}: {len(line)} columns, at most {COLUMNS_MAX}"
            for number, line in enumerate(file.lines(), 1) if len(line) > COLUMNS_MAX]


def include_guard(file, guards):
    if not file.path.endswith((".hpp", ".h")):
        return []
    match = GUARD.search(file.text)
    if not match or match.group(1) != match.group(2):
        return [f"{file.path}: no include guard of the form USMP_…_HPP"]
    other = guards.setdefault(match.group(1), file.path)
    # Files of one name stand in for each other, chosen by the include path.
    if os.path.basename(other) != os.path.basename(file.path):
        return [f"{file.path}: its include guard {match.group(1)} is that of {other}"]
    return []


def core_language(file):
    text = file.code_text()
    findings = []
    for pattern, what in CORE_BANNED.items():
        for match in re.finditer(pattern, text):
            number = text.count("\n", 0, match.start()) + 1
            findings.append(f"{file.path}:{number}: core/ uses {what}: `{match.group(0)}`")
    return findings


def names(path):
    name = os.path.basename(path)
    if EMPTY_NAMES.search(name):
        return [f"{path}: a name that says nothing"]
    return []


def words(root, path):
    with open(os.path.join(root, path), "rb") as file:
        data = file.read()
    if b"\0" in data:
        return []  # not text
    findings = []
    for number, line in enumerate(data.decode("utf-8", errors="replace").split("\n"), 1):
        if UNFINISHED.search(line):
            findings.append(f"{path}:{number}: unfinished by its own word")
        if MACHINE_PATH.search(line):
            findings.append(f"{path}:{number}: a path of one machine")
    return findings


if __name__ == "__main__":
    sys.exit(report(check(sys.argv[1]), "the style rules"))

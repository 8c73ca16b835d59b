# Who may know whom: the rules of the rooms and of the layers in core/, read from #include lines and
# from the libraries that a CMakeLists.txt links. Not the look of a file: see style.py.
import os
import re
import sys

from project import report, source_files

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
TARGET = re.compile(r"\busmp_[a-z0-9_]+\b")
CONDITION = re.compile(r"^\s*#\s*(?:if|ifdef|ifndef|elif)\b(.*)")

C_HEADERS = {"stdint.h", "stddef.h", "string.h"}
# Of the compiler, not of a platform.
CONDITIONS_ALLOWED = re.compile(r"^(?:__GNUC__|__clang__|__cplusplus|defined|USMP_\w+)$")

# Which directories of core/src one of them may include.
CORE_LAYERS = {
    "base": {"base"},
    "framing": {"framing", "base"},
    "wire2": {"wire2", "base"},
    "wire3": {"wire3", "base"},
    "session": {"session", "wire2", "wire3", "base"},
    "compact": {"compact", "wire3", "base"},
}
# Public headers that a directory of core/src must not know, and the files excepted.
CLOCK_AND_MEDIUM = {"usmp/time.hpp", "usmp/framing.hpp", "usmp/session.hpp", "usmp/event.hpp"}
CORE_HEADERS_BARRED = {
    "base": CLOCK_AND_MEDIUM | {"usmp/crypto.hpp"},
    "framing": {"usmp/crypto.hpp", "usmp/session.hpp", "usmp/event.hpp", "usmp/time.hpp"},
    "wire2": CLOCK_AND_MEDIUM,
    "wire3": CLOCK_AND_MEDIUM,
    "session": {"usmp/framing.hpp"},
}
# HKDF is HMAC and nothing else: it may name the hash.
CORE_HEADERS_EXCEPTED = {
    ("core/src/base/hkdf.hpp", "usmp/crypto.hpp"),
    ("core/src/base/hkdf.cpp", "usmp/crypto.hpp"),
}

# Which other rooms one may include; itself always. `None`: all.
ROOMS = {
    "core": set(),
    "crypto": {"core"},
    "capi": {"core"},
    "ports": {"capi", "core"},
    "gateway": {"core"},
    # The simulated gateway is the real engine, not a second one.
    "sim": {"gateway", "core"},
    "python": {"gateway", "capi", "core"},
    "http": {"gateway"},
    # Headers that only an archive has (scripts/package).
    "scripts": {"core"},
    "cli": {"gateway", "capi", "ports", "core"},
    "tests": None,
    "bench": None,
}
# The room that makes a library, by the beginning of its target's name.
TARGET_ROOMS = {"core": "core", "crypto": "crypto", "capi": "capi", "posix": "ports",
                "bare": "ports", "storage": "ports", "arduino": "ports",
                "gateway": "gateway", "sim": "sim"}


def check(root):
    files = source_files(root)
    known = {file.path for file in files}
    findings = []
    for file in files:
        if file.is_code:
            if file.room == "core":
                findings += core_conditions(file)
            for number, (kind, name) in includes(file):
                where = f"{file.path}:{number}"
                if file.room == "core":
                    findings += core_include(where, file.path, kind, name)
                elif kind == '"':
                    findings += room_include(where, file, name, known)
        elif os.path.basename(file.path) == "CMakeLists.txt":
            findings += linked_rooms(file)
    return findings


def includes(file):
    for number, line in enumerate(file.lines(), 1):
        match = INCLUDE.match(line)
        if match:
            yield number, (match.group(1), match.group(2))


def core_include(where, path, kind, name):
    if kind == "<":
        if name in C_HEADERS:
            return []
        return [f"{where}: core/ includes <{name}>, allowed are only {sorted(C_HEADERS)}"]
    if name.startswith("usmp/"):
        layer = path.split("/")[2] if path.startswith("core/src/") else ""
        barred = CORE_HEADERS_BARRED.get(layer, set())
        if name in barred and (path, name) not in CORE_HEADERS_EXCEPTED:
            return [f"{where}: {layer}/ must not know {name}"]
        return []
    if not path.startswith("core/src/"):
        return [f'{where}: a public header includes "{name}", allowed is only usmp/…']
    layer = path.split("/")[2]
    other = name.split("/")[0]
    if layer not in CORE_LAYERS:
        return [f"{where}: core/src/{layer} is no layer that the rules know"]
    if "/" not in name or other not in CORE_LAYERS[layer]:
        return [f'{where}: {layer}/ must not include "{name}"']
    return []


def core_conditions(file):
    findings = []
    for number, line in enumerate(file.code_text().split("\n"), 1):
        match = CONDITION.match(line)
        if not match:
            continue
        for macro in re.findall(r"[A-Za-z_]\w*", match.group(1)):
            if not CONDITIONS_ALLOWED.match(macro):
                findings.append(
                    f"{file.path}:{number}: a branch on {macro} in core/: choose a file instead")
    return findings


def room_include(where, file, name, known):
    """Outside core/: which room an #include "…" reaches, and whether it may."""
    allowed = ROOMS.get(file.room)
    if file.room not in ROOMS:
        return [f"{where}: {file.room or 'the root'} is no room that the rules know"]
    if name.startswith("usmp/detail/") and file.room != "tests":
        return [f"{where}: {name} is a detail of core/, not to be included outside"]
    beside = os.path.normpath(os.path.join(os.path.dirname(file.path), name))
    candidates = [beside] if beside in known else sorted(
        path for path in known if path.endswith("/" + name) or path == name)
    if not candidates:
        return []  # of an installed library
    if any(path.split("/")[0] == file.room for path in candidates):
        return []
    if file.room != "tests":
        candidates = [path for path in candidates if not path.startswith("core/src/")]
        if not candidates:
            return [f'{where}: "{name}" is internal to core/; only include/usmp is reachable']
    if allowed is None or any(path.split("/")[0] in allowed for path in candidates):
        return []
    return [f'{where}: {file.room}/ must not include "{name}" ({candidates[0]})']


def linked_rooms(file):
    allowed = ROOMS.get(file.room)
    if file.room not in ROOMS or file.room == "core":
        return []
    findings = []
    text = re.sub(r"#[^\n]*", "", file.text)
    for call in re.finditer(r"target_link_libraries\s*\(([^)]*)\)", text):
        number = text.count("\n", 0, call.start()) + 1
        for target in TARGET.findall(call.group(1)):
            if target == "usmp_core_internal" and file.room != "tests":
                findings.append(f"{file.path}:{number}: {target} is for tests only")
                continue
            room = TARGET_ROOMS.get(target.split("_")[1])
            # A program chooses its crypto backend by linking; that is no knowledge of it.
            if room in (None, file.room, "crypto") or allowed is None or room in allowed:
                continue
            findings.append(f"{file.path}:{number}: {file.room}/ must not link {target}")
    return findings


if __name__ == "__main__":
    sys.exit(report(check(sys.argv[1]), "who may know whom"))

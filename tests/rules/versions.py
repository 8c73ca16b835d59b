# One version everywhere: the build, the C API, the Python package and what each registry reads. A
# port that is there must say it too. CHANGELOG.md begins with it, or with what is not released yet.
import os
import re
import sys

from project import report

NUMBER = r"(\d+\.\d+\.\d+)"
# Where it stands, and how. Of several groups the numbers are joined by points.
PLACES = {
    "CMakeLists.txt": rf"project\(usmp VERSION {NUMBER}",
    "pyproject.toml": rf'^version = "{NUMBER}"$',
    "python/usmp/__init__.py": rf'^__version__ = "{NUMBER}"$',
    "capi/include/usmp.h": r"#define USMP_VERSION_MAJOR (\d+)\n#define USMP_VERSION_MINOR (\d+)\n"
                           r"#define USMP_VERSION_PATCH (\d+)$",
}
PORTS = {
    "ports/arduino": {"library.properties": rf"^version={NUMBER}$",
                      "library.json": rf'^\s*"version": "{NUMBER}"'},
    "ports/esp_idf": {"idf_component.yml": rf'^version: "?{NUMBER}"?$'},
}
UNRELEASED = "Unreleased"


def read(root, path):
    with open(os.path.join(root, path), encoding="utf-8") as file:
        return file.read()


def stated(root, path, pattern):
    """The version in a file; None if it has none."""
    if not os.path.isfile(os.path.join(root, path)):
        return None
    match = re.search(pattern, read(root, path), re.MULTILINE)
    return ".".join(match.groups()) if match else None


def check(root):
    places = dict(PLACES)
    for port, files in PORTS.items():
        if os.path.isdir(os.path.join(root, port)):
            places |= {f"{port}/{name}": pattern for name, pattern in files.items()}
    versions = {path: stated(root, path, pattern) for path, pattern in places.items()}
    wanted = versions["CMakeLists.txt"]
    findings = [f"{path}: version {version or 'missing'}, CMakeLists.txt says {wanted}"
                for path, version in sorted(versions.items())
                if version is None or version != wanted]
    first = re.search(r"^## \[([^\]]+)\]", read(root, "CHANGELOG.md"), re.MULTILINE)
    if first is None or first.group(1) not in (UNRELEASED, wanted):
        findings.append(f"CHANGELOG.md: begins with {first.group(1) if first else 'no version'}, "
                        f"not with {wanted} or {UNRELEASED}")
    return findings


if __name__ == "__main__":
    sys.exit(report(check(sys.argv[1]), "one version everywhere"))

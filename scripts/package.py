# Makes the archives of scripts/package/*.toml: package.py DESTINATION [NAME…]. Each lists which
# files of the project go where; nothing else gets in. The same project gives the same bytes:
# sorted, with fixed times and owners. Not the Python sdist, which package.sh has its own tool make.
import gzip
import io
import os
import re
import sys
import tarfile
import tomllib
import zipfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tests", "rules"))
from project import project_paths  # noqa: E402

MANIFESTS = os.path.join(ROOT, "scripts", "package")
NAMES = ("arduino", "platformio", "esp_idf")
COMPILED = (".cpp", ".c", ".S")
CODE = COMPILED + (".hpp", ".h")
PART_KEYS = {"from", "to", "optional", "except", "before", "guard"}


def project_version():
    with open(os.path.join(ROOT, "CMakeLists.txt"), encoding="utf-8") as file:
        return re.search(r"project\(usmp VERSION (\d+\.\d+\.\d+)", file.read()).group(1)


def load(name):
    """A manifest, and the parts of the one that it is like before its own."""
    with open(os.path.join(MANIFESTS, name), "rb") as file:
        manifest = tomllib.load(file)
    parts = load(manifest["like"])["part"] if "like" in manifest else []
    for part in manifest["part"]:
        if set(part) - PART_KEYS:
            raise SystemExit(f"package: {name} has a part with {sorted(set(part) - PART_KEYS)}")
    manifest["part"] = parts + manifest["part"]
    return manifest


def matching(paths, part):
    """(path in the project, path in the archive) of what one part takes."""
    source, target = part["from"], part["to"]
    left_out = part.get("except", [])
    for path in paths:
        if path == source:
            yield path, target
        elif path.startswith(source + "/"):
            inside = path[len(source) + 1:]
            if not any(inside == name or inside.startswith(name + "/") for name in left_out):
                yield path, f"{target}/{inside}".lstrip("/")


def content(path, part):
    """The bytes of a file; code with what the part puts before it and around it."""
    with open(os.path.join(ROOT, path), "rb") as file:
        data = file.read()
    before, guard = part.get("before"), part.get("guard")
    if before and path.endswith(COMPILED if guard else CODE):
        before_line = before.encode() + b"\n"
    else:
        before_line = b""
    if guard and path.endswith(COMPILED):
        data = b"#if " + guard.encode() + b"\n" + data + b"#endif\n"
    return before_line + data


def collect(manifest):
    """Path in the archive: (bytes, executable)."""
    paths = project_paths(ROOT)
    files = {}
    for part in manifest["part"]:
        found = list(matching(paths, part))
        if not found and not part.get("optional", False):
            raise SystemExit(f"package: nothing is at {part['from']}")
        for path, target in found:
            if target in files:
                raise SystemExit(f"package: two files would be {target}, one of them {path}")
            files[target] = (content(path, part), os.access(os.path.join(ROOT, path), os.X_OK))
    folded = {}
    for target in files:
        other = folded.setdefault(target.lower(), target)
        if other != target:
            raise SystemExit(f"package: {target} is {other} where case does not count")
    return files


def write_zip(destination, directory, files):
    with zipfile.ZipFile(destination, "w", zipfile.ZIP_DEFLATED) as archive:
        for target in sorted(files):
            data, executable = files[target]
            # Its time is the first that a zip can have.
            entry = zipfile.ZipInfo(f"{directory}/{target}".lstrip("/"))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            entry.external_attr = (0o100755 if executable else 0o100644) << 16
            archive.writestr(entry, data)


def write_tar(destination, directory, files):
    with open(destination, "wb") as file, \
            gzip.GzipFile(filename="", fileobj=file, mode="wb", mtime=0) as packed, \
            tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for target in sorted(files):
            data, executable = files[target]
            entry = tarfile.TarInfo(f"{directory}/{target}".lstrip("/"))
            entry.size = len(data)
            entry.mode = 0o755 if executable else 0o644
            archive.addfile(entry, io.BytesIO(data))


def make(name, destination):
    """Writes one archive and returns its path."""
    manifest = load(name + ".toml")
    version = project_version()
    path = os.path.join(destination, manifest["archive"].format(version=version))
    directory = manifest["directory"].format(version=version)
    files = collect(manifest)
    write = write_zip if path.endswith(".zip") else write_tar
    write(path, directory, files)
    return path


def main(destination, names):
    unknown = set(names) - set(NAMES)
    if unknown:
        raise SystemExit(f"package: {', '.join(sorted(unknown))}: not one of {', '.join(NAMES)}")
    os.makedirs(destination, exist_ok=True)
    for name in names or NAMES:
        print(make(name, destination))


if __name__ == "__main__":
    if len(sys.argv) < 2:
        raise SystemExit("usage: package.py DESTINATION [NAME…]")
    main(sys.argv[1], sys.argv[2:])

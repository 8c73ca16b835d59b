# What the rule tests share: the files of the project, their text without comments, their room.
# No rule stands here.
import os
import re
import subprocess

CODE_ENDINGS = (".hpp", ".cpp", ".h", ".c")
SCRIPT_ENDINGS = (".py", ".sh", ".cmake")
# A quote behind a digit is a digit separator, not the beginning of a character.
COMMENT_OR_LITERAL = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"\(.*?\)"|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'", re.DOTALL)


class SourceFile:
    """One file, by its path relative to the root, with `/` on every system."""

    def __init__(self, root, path):
        self.path = path
        with open(os.path.join(root, path), encoding="utf-8", errors="replace") as file:
            self.text = file.read()

    @property
    def is_code(self):
        return self.path.endswith(CODE_ENDINGS)

    @property
    def room(self):
        """The first directory: core, crypto, gateway …; empty for a file of the root."""
        return self.path.split("/")[0] if "/" in self.path else ""

    def lines(self):
        return self.text.split("\n")

    def code_text(self):
        """The text with comments, strings and character literals emptied, lines kept."""
        def emptied(match):
            found = match.group(0)
            kept_lines = "\n" * found.count("\n")
            return '""' + kept_lines if found[0] in "\"R" else " " + kept_lines

        return COMMENT_OR_LITERAL.sub(emptied, self.text)


def project_paths(root):
    """Every file that git has or would take; without git every file outside build/."""
    if os.path.exists(os.path.join(root, ".git")):
        listed = subprocess.run(
            ["git", "-c", f"safe.directory={root}", "-C", root, "ls-files", "-z", "--cached",
             "--others", "--exclude-standard"],
            check=True, capture_output=True).stdout.decode()
        paths = [path for path in listed.split("\0") if path]
    else:
        paths = []
        for directory, names, files in os.walk(root):
            names[:] = [name for name in names if name not in ("build", ".git", "__pycache__")]
            paths += [os.path.relpath(os.path.join(directory, name), root) for name in files]
    return sorted(path for path in paths if os.path.isfile(os.path.join(root, path)))


def source_files(root):
    """Code and scripts of the project, spec/ left out, which is a copy."""
    paths = [path for path in project_paths(root) if not path.startswith("spec/")]
    return [SourceFile(root, path) for path in paths if _is_source(path)]


def _is_source(path):
    return (path.endswith(CODE_ENDINGS + SCRIPT_ENDINGS)
            or os.path.basename(path) == "CMakeLists.txt" or path.startswith(".ci/"))


def report(findings, what):
    """Prints the findings; the exit code for them."""
    for finding in findings:
        print(finding)
    print(f"{len(findings)} violations of {what}")
    return 1 if findings else 0

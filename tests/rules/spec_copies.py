# spec/ must equal the shared texts, which lie beside the project as ../shared/spec; where they do
# not, there is nothing to compare with and the test is skipped (exit code 77).
import filecmp
import os
import sys

SKIPPED = 77


def files_below(directory):
    return {os.path.relpath(os.path.join(where, name), directory)
            for where, _, names in os.walk(directory) for name in names}


def check(copy, shared):
    copied, given = files_below(copy), files_below(shared)
    findings = [f"spec/{path}: missing, it is in the shared texts" for path in given - copied]
    findings += [f"spec/{path}: not in the shared texts" for path in copied - given]
    findings += [f"spec/{path}: differs from the shared text" for path in copied & given
                 if not filecmp.cmp(os.path.join(copy, path), os.path.join(shared, path), False)]
    return sorted(findings)


def main(root):
    shared = os.path.join(root, "..", "shared", "spec")
    if not os.path.isdir(shared):
        print("skipped: there is no ../shared/spec beside the project to compare spec/ with")
        return SKIPPED
    findings = check(os.path.join(root, "spec"), shared)
    print("\n".join(findings) or "spec/ equals the shared texts")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))

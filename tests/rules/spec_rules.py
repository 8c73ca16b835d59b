# Which rules of spec/usmp-3.md and spec/usmp-2.md the code and the tests name, by comments
# `USMP3 §N: its words` and `USMP2 §Title: its words`. A section that nothing in core/ or gateway/
# names is a failure; `--list` prints each sentence that reads like a rule and is named nowhere.
import os
import re
import sys

from project import report, source_files

RULE_WORDS = re.compile(
    r"\b(?:dropped|drops|never|at most|at least|only|at once|refused|ignored|ignores|wipe[sd]?|"
    r"closes?|closed|forgets?|must|every|each|always|discarded|protocol error|before|until)\b")
WORD = re.compile(r"[a-z0-9_+]{3,}")
# A comment names a sentence if this part of the comment's words is in it.
SHARED_WORDS_MIN = 0.6


class Spec:
    """A text whose `## ` headings begin with the names of its sections."""

    def __init__(self, file, mark, names):
        self.file = file
        self.names = names
        either = "|".join(sorted(names, key=len, reverse=True))
        self.heading = re.compile(rf"({either})\b")
        self.citation = re.compile(rf"{mark} §({either})"
                                   rf"(?:[.:, ]+([^\n]*(?:\n\s*//(?! ?{mark})[^\n]*)*))?")


# Sections 1 to 7 hold the rules of wire 3; 8 says what follows from them.
USMP3 = Spec("spec/usmp-3.md", "USMP3", [str(number) for number in range(1, 8)])
USMP2 = Spec("spec/usmp-2.md", "USMP2", ["Frame", "Handshake", "Session frames", "UDP"])
SPECS = (USMP3, USMP2)


def sections(text, spec=USMP3):
    """Name of the section -> its text without tables and figures."""
    found = {}
    for part in re.split(r"^## ", text, flags=re.M)[1:]:
        name = spec.heading.match(part)
        body = part.split("\n", 1)[1]
        lines = [line for line in body.split("\n")
                 if not line.startswith(("|", "    "))]
        if name:
            found[name.group(1)] = re.sub(
                r"\s+", " ", re.sub(r"^- ", " ", "\n".join(lines), flags=re.M))
    return found


def rules(text, spec=USMP3):
    """(section, sentence) for each sentence that reads like a rule."""
    for name, body in sections(text, spec).items():
        for sentence in re.split(r"(?<=[.;:]) +(?=[A-Z`*])", body):
            if RULE_WORDS.search(sentence):
                yield name, sentence.strip()


def citations(files, spec=USMP3):
    """(section, words of the comment, path) for each place that names a rule."""
    for file in files:
        for match in spec.citation.finditer(file.text):
            yield match.group(1), set(WORD.findall((match.group(2) or "").lower())), file.path


def names_rule(words, sentence):
    if not words:
        return False
    return len(words & set(WORD.findall(sentence.lower()))) >= SHARED_WORDS_MIN * len(words)


def in_code(path):
    return path.startswith(("core/", "gateway/"))


def check(cited, spec=USMP3):
    named = {name for name, _, path in cited if in_code(path)}
    return [f"{spec.file} §{name}: named by no comment in core/ or gateway/"
            for name in spec.names if name not in named]


def unnamed(spec_text, cited, spec=USMP3):
    for name, sentence in rules(spec_text, spec):
        if not any(section == name and names_rule(words, sentence) for section, words, _ in cited):
            yield f"§{name}: {sentence}"


def tell(root, spec, files, listing):
    """Prints what is named of one text; the findings."""
    with open(os.path.join(root, spec.file), encoding="utf-8") as file:
        spec_text = file.read()
    cited = list(citations(files, spec))
    print(spec.file)
    for name in spec.names:
        code = sum(1 for section, _, path in cited if section == name and in_code(path))
        tests = sum(1 for section, _, path in cited
                    if section == name and path.startswith("tests/"))
        print(f"§{name}: named {code} times in code, {tests} times in tests")
    left = list(unnamed(spec_text, cited, spec))
    total = sum(1 for _ in rules(spec_text, spec))
    print(f"{total - len(left)} of {total} sentences that read like rules are named, nearly word "
          f"for word; the others: spec_rules.py --list")
    if listing:
        print("\n".join(left))
    return check(cited, spec)


def main(root, listing):
    own_directory = "tests/rules/"
    files = [file for file in source_files(root) if not file.path.startswith(own_directory)]
    findings = [finding for spec in SPECS for finding in tell(root, spec, files, listing)]
    return report(findings, "the rule that each section is named in code")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], "--list" in sys.argv[2:]))

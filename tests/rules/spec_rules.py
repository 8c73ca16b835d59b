# Which rules of spec/usmp-3.md the code and the tests name, by comments `USMP3 §N: its words`. A
# section that nothing in core/ or gateway/ names is a failure; `--list` prints each sentence that
# reads like a rule and is named nowhere. Whether a comment is true is not checked.
import os
import re
import sys

from project import report, source_files

# Sections 1 to 7 hold the rules; 8 says what follows from them.
SECTIONS = range(1, 8)
CITATION = re.compile(r"USMP3 §(\d)(?:[.:, ]+([^\n]*(?:\n\s*//(?! ?USMP3)[^\n]*)*))?")
RULE_WORDS = re.compile(
    r"\b(?:dropped|drops|never|at most|at least|only|at once|refused|ignored|ignores|wipe[sd]?|"
    r"closes?|closed|forgets?|must|every|each|always|discarded|protocol error|before|until)\b")
WORD = re.compile(r"[a-z0-9_+]{3,}")
# A comment names a sentence if this part of the comment's words is in it.
SHARED_WORDS_MIN = 0.6


def sections(text):
    """Number of the section -> its text without tables and figures."""
    found = {}
    for part in re.split(r"^## ", text, flags=re.M)[1:]:
        number = int(part[0])
        body = part.split("\n", 1)[1]
        lines = [line for line in body.split("\n")
                 if not line.startswith(("|", "    "))]
        found[number] = re.sub(r"\s+", " ", re.sub(r"^- ", " ", "\n".join(lines), flags=re.M))
    return found


def rules(text):
    """(section, sentence) for each sentence that reads like a rule."""
    for number, body in sections(text).items():
        if number in SECTIONS:
            for sentence in re.split(r"(?<=[.;:]) +(?=[A-Z`*])", body):
                if RULE_WORDS.search(sentence):
                    yield number, sentence.strip()


def citations(files):
    """(section, words of the comment, path) for each place that names a rule."""
    for file in files:
        for match in CITATION.finditer(file.text):
            yield int(match.group(1)), set(WORD.findall((match.group(2) or "").lower())), file.path


def names_rule(words, sentence):
    if not words:
        return False
    return len(words & set(WORD.findall(sentence.lower()))) >= SHARED_WORDS_MIN * len(words)


def in_code(path):
    return path.startswith(("core/", "gateway/"))


def check(cited):
    named = {number for number, _, path in cited if in_code(path)}
    return [f"spec/usmp-3.md §{number}: named by no `USMP3 §{number}` in core/ or gateway/"
            for number in SECTIONS if number not in named]


def unnamed(spec_text, cited):
    for number, sentence in rules(spec_text):
        if not any(section == number and names_rule(words, sentence)
                   for section, words, _ in cited):
            yield f"§{number}: {sentence}"


def main(root, listing):
    with open(os.path.join(root, "spec", "usmp-3.md"), encoding="utf-8") as file:
        spec_text = file.read()
    own_directory = "tests/rules/"
    files = [file for file in source_files(root) if not file.path.startswith(own_directory)]
    cited = list(citations(files))
    for number in SECTIONS:
        code = sum(1 for section, _, path in cited if section == number and in_code(path))
        tests = sum(1 for section, _, path in cited
                    if section == number and path.startswith("tests/"))
        print(f"§{number}: named {code} times in code, {tests} times in tests")
    left = list(unnamed(spec_text, cited))
    total = sum(1 for _ in rules(spec_text))
    print(f"{total - len(left)} of {total} sentences that read like rules are named, nearly word "
          f"for word; the others: spec_rules.py --list")
    if listing:
        print("\n".join(left))
    return report(check(cited), "the rule that each section is named in code")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], "--list" in sys.argv[2:]))

# The commands that documents show: in each block marked sh a `usmp …` names a subcommand and
# options that there are. They are not run.
import re
import shlex
import unittest

import documents

# `usmp` where a command begins: after a pipe, after `sudo -u NAME`, or as the first word.
BEGINNING = re.compile(r"(?:^|[|;&]\s*)\s*(?:sudo (?:-u \S+ )?)?usmp(?= |$)([^|;&]*)")
REDIRECTION = re.compile(r"\d?[<>]+ *\S+")


def faults(line):
    """What is wrong with the `usmp` commands of a line."""
    findings = []
    for match in BEGINNING.finditer(line):
        words = shlex.split(REDIRECTION.sub("", match.group(1)), comments=True)
        command = ""
        while words and words[0] in documents.help_of(command)[0]:
            command = f"{command} {words.pop(0)}".strip()
        subcommands, options, positionals = documents.help_of(command)
        if subcommands and words and words != ["--version"]:
            findings.append(f"`usmp {command}` has no subcommand {words[0]}")
        for word in words:
            name = word.partition("=")[0]
            if name.startswith("--") and name not in options:
                findings.append(f"`usmp {command}` has no option {name}")
        if not positionals and not subcommands and words and not words[0].startswith("-"):
            findings.append(f"`usmp {command}` takes no {words[0]}")
    return findings


class Commands(unittest.TestCase):
    def test_every_command_in_the_documents_exists(self):
        findings, count = [], 0
        for path in documents.documents():
            for start, lines in documents.shell_blocks(documents.read(path)):
                for number, line in enumerate(lines, start):
                    count += len(BEGINNING.findall(line))
                    findings += [f"{path}:{number}: {fault}" for fault in faults(line)]
        self.assertEqual(findings, [])
        self.assertGreater(count, 10)

    def test_what_does_not_exist_is_found(self):
        for line in ("usmp devise add x", "usmp device ad x", "usmp gateway --port 9",
                     "echo 1 | usmp connect udp://a:1 --key abc", "usmp keygen sensor-1",
                     "sudo -u usmp usmp gateway --prot=9"):
            self.assertEqual(len(faults(line)), 1, line)

    def test_what_exists_is_let_pass(self):
        for line in ("usmp --version", "usmp device add x --db=a.db", "usmp gateway 2>events",
                     "echo 1 | usmp connect udp://a:1 --id x", "ls usmp --nothing"):
            self.assertEqual(faults(line), [], line)


if __name__ == "__main__":
    unittest.main()

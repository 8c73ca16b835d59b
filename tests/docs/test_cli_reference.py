# docs/reference/cli.md against the command itself: each subcommand and option of `--help` stands
# there and nothing else does; exit codes and variables of the environment are those of the sources.
import re
import unittest

import documents

REFERENCE = "docs/reference/cli.md"
OPTION_ROW = re.compile(r"^\| `(--[a-z][a-z0-9-]*)`")


def sections(text):
    """Command (`` for `usmp`) -> lines of its section."""
    found, current = {}, None
    for line in text.split("\n"):
        match = re.match(r"## (.*)", line)
        if match:
            name = match.group(1)
            current = found.setdefault(name[4:].strip(), []) if name.startswith("usmp") else None
        elif current is not None:
            current.append(line)
    return found


def options(lines):
    return {match.group(1) for match in map(OPTION_ROW.match, lines) if match}


class CliReference(unittest.TestCase):
    def setUp(self):
        self.text = documents.read(REFERENCE)
        self.sections = sections(self.text)

    def test_has_a_section_for_each_subcommand_and_no_other(self):
        commands = set(documents.all_commands())
        self.assertIn("device rotate", commands)
        self.assertEqual(set(self.sections), commands)

    def test_has_each_option_of_each_subcommand_and_no_other(self):
        for command in documents.all_commands():
            _, of_help, _ = documents.help_of(command)
            self.assertEqual(options(self.sections[command]), of_help, f"usmp {command}")

    def test_names_each_argument(self):
        for command in documents.all_commands():
            for name in documents.help_of(command)[2]:
                self.assertIn(f"`{name}`", "\n".join(self.sections[command]), f"usmp {command}")

    def test_has_each_exit_code_and_no_other(self):
        source = documents.read("cli/exit_code.hpp")
        of_source = set(re.findall(r"^  \w+ = (\d+),", source, re.M))
        table = self.text.split("## Exit codes")[1].split("\n## ")[0]
        self.assertEqual(set(re.findall(r"^\| (\d+) \|", table, re.M)), of_source)
        self.assertGreater(len(of_source), 15)

    def test_has_each_variable_of_the_environment_and_no_other(self):
        table = self.text.split("## Environment")[1]
        of_sources = set(re.findall(r'"(USMP_[A-Z]+)"', documents.read("cli/connect_command.cpp")
                                    + documents.read("cli/registry_option.cpp")))
        self.assertEqual(set(re.findall(r"^\| `(USMP_[A-Z]+)`", table, re.M)), of_sources)


if __name__ == "__main__":
    unittest.main()

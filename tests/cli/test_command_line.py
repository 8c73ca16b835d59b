# The command line itself: help, version, and what is said about a wrong one.
import re
import unittest

from usmp_command import USAGE, CommandTest

COMMANDS = (["keygen"], ["device"], ["device", "add"], ["device", "list"], ["device", "show"],
            ["device", "rotate"], ["device", "revoke"])


class CommandLine(CommandTest):
    def test_help_tells_of_every_subcommand_and_exit_code(self):
        text = self.succeed("--help")
        for word in ("keygen", "device", "--version", "Exit codes"):
            self.assertIn(word, text)
        for code in range(9):
            self.assertRegex(text, rf"\b{code} [a-z]")

    def test_each_subcommand_has_help(self):
        for command in COMMANDS:
            self.assertIn("Usage: usmp " + " ".join(command), self.succeed(*command, "--help"))

    def test_examples_of_the_help_work_as_they_stand(self):
        for command in (["keygen"], ["device"], ["device", "rotate"], ["device", "revoke"]):
            lines = re.findall(r"^  (usmp .*)$", self.succeed(*command, "--help"), re.MULTILINE)
            self.assertTrue(lines, command)
            self.setUp()  # an empty directory for each
            if command in (["device", "rotate"], ["device", "revoke"]):
                self.succeed("device", "add", "sensor-1")
            for line in lines:
                self.succeed(*line.split()[1:])

    def test_version_is_one_line(self):
        self.assertRegex(self.succeed("--version"), r"^usmp \d+\.\d+\.\d+\n$")

    def test_a_wrong_command_line_is_told_in_one_line_with_the_way_to_help(self):
        for arguments, word in (([], "subcommand"), (["frobnicate"], "no such subcommand"),
                                (["--frobnicate"], "--frobnicate"), (["device"], "subcommand"),
                                (["device", "frobnicate"], "no such subcommand"),
                                (["device", "add"], "ID"),
                                (["device", "add", "a", "b"], "too many"),
                                (["device", "add", "a", "revoke", "b"], "too many"),
                                (["device", "list", "--db"], "--db"),
                                (["keygen", "keygen"], "too many"),
                                (["keygen", "device", "list"], "too many")):
            message = self.fail_with(USAGE, *arguments)
            self.assertIn(word, message)
            self.assertIn("--help", message)

    def test_the_way_to_help_is_that_of_the_subcommand(self):
        self.assertIn("`usmp device add --help`", self.fail_with(USAGE, "device", "add", "--wrong"))


if __name__ == "__main__":
    unittest.main()

# Each rule finds what it forbids and lets pass what it allows, shown on small trees made here.
# Not about the project's own files: those the rule scripts read themselves.
import os
import tempfile
import unittest

import layers
import spec_copies
import spec_rules
import style
import versions

HEADER = "// What this file is for.\n"
GUARDED = HEADER + "#ifndef USMP_X_HPP\n#define USMP_X_HPP\n%s\n#endif\n"


class TreeTest(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.root = self.directory.name
        self.addCleanup(self.directory.cleanup)

    def write(self, path, text):
        whole = os.path.join(self.root, path)
        os.makedirs(os.path.dirname(whole), exist_ok=True)
        with open(whole, "w", encoding="utf-8") as file:
            file.write(text)

    def found(self, check, path, text):
        """The findings after one file was written, which is then taken away again."""
        self.write(path, text)
        findings = check(self.root)
        os.remove(os.path.join(self.root, path))
        return findings

    def assert_forbids(self, check, path, text):
        self.assertEqual(len(self.found(check, path, text)), 1, f"{path}: {text}")

    def assert_allows(self, check, path, text):
        self.assertEqual(self.found(check, path, text), [], f"{path}: {text}")


class LayersTest(TreeTest):
    def setUp(self):
        super().setUp()
        for path in ("core/include/usmp/session.hpp", "core/src/base/wipe.hpp",
                     "core/src/wire3/frames.hpp", "capi/include/usmp.h",
                     "gateway/registry/registry.hpp", "cli/exit_code.hpp"):
            self.write(path, HEADER)

    def include(self, name):
        return HEADER + f"#include {name}\n"

    def test_core_includes_only_the_three_c_headers(self):
        self.assert_allows(layers.check, "core/src/base/a.cpp", self.include("<stdint.h>"))
        self.assert_forbids(layers.check, "core/src/base/a.cpp", self.include("<stdio.h>"))
        self.assert_forbids(layers.check, "core/include/usmp/a.hpp", self.include("<cstdint>"))

    def test_core_has_no_branch_on_a_platform(self):
        self.assert_forbids(layers.check, "core/src/base/a.cpp",
                            HEADER + "#ifdef __AVR__\n#endif\n")
        self.assert_forbids(layers.check, "core/src/base/a.cpp",
                            HEADER + "#if defined(__GNUC__) && defined(__linux__)\n#endif\n")
        self.assert_allows(layers.check, "core/src/base/a.cpp",
                           HEADER + "#if defined(__GNUC__)  // not __linux__\n#endif\n")

    def test_lower_layers_do_not_know_higher_ones(self):
        wire, base = self.include('"wire3/frames.hpp"'), self.include('"base/wipe.hpp"')
        self.assert_forbids(layers.check, "core/src/base/a.cpp", wire)
        self.assert_forbids(layers.check, "core/src/framing/a.cpp", wire)
        self.assert_forbids(layers.check, "core/src/wire2/a.cpp", wire)
        self.assert_allows(layers.check, "core/src/session/a.cpp", wire)
        for layer in layers.CORE_LAYERS:
            self.assert_allows(layers.check, f"core/src/{layer}/a.cpp", base)
        self.assert_forbids(layers.check, "core/src/elsewhere/a.cpp", base)
        self.assert_forbids(layers.check, "core/include/usmp/a.hpp", base)

    def test_a_wire_knows_no_clock_and_framing_no_crypto(self):
        self.assert_forbids(layers.check, "core/src/wire3/a.cpp", self.include('"usmp/time.hpp"'))
        self.assert_forbids(layers.check, "core/src/framing/a.cpp",
                            self.include('"usmp/crypto.hpp"'))
        self.assert_forbids(layers.check, "core/src/base/a.cpp", self.include('"usmp/crypto.hpp"'))
        self.assert_allows(layers.check, "core/src/base/hkdf.cpp",
                           self.include('"usmp/crypto.hpp"'))

    def test_outside_core_only_its_public_headers_are_reachable(self):
        internal = self.include('"base/wipe.hpp"')
        for room in ("crypto", "capi", "ports", "gateway", "cli", "sim", "bench"):
            self.assert_forbids(layers.check, f"{room}/a.cpp", internal)
            self.assert_allows(layers.check, f"{room}/a.cpp", self.include('"usmp/session.hpp"'))
        self.assert_allows(layers.check, "tests/unit/a.cpp", internal)
        self.assert_forbids(layers.check, "gateway/a.cpp", self.include('"usmp/detail/x.hpp"'))
        self.assert_forbids(layers.check, "gateway/CMakeLists.txt",
                            "# x\ntarget_link_libraries(a PRIVATE usmp_core_internal)\n")

    def test_rooms_know_only_those_below_them(self):
        registry = self.include('"gateway/registry/registry.hpp"')
        self.assert_forbids(layers.check, "crypto/a.cpp", registry)
        self.assert_forbids(layers.check, "capi/a.cpp", registry)
        self.assert_forbids(layers.check, "ports/posix/a.cpp", registry)
        self.assert_allows(layers.check, "cli/a.cpp", registry)
        self.assert_allows(layers.check, "gateway/a.cpp", self.include('"registry/registry.hpp"'))
        self.assert_forbids(layers.check, "gateway/a.cpp", self.include('"cli/exit_code.hpp"'))
        self.assert_forbids(layers.check, "gateway/a.cpp", self.include('"usmp.h"'))
        self.assert_allows(layers.check, "ports/posix/a.cpp", self.include('"usmp.h"'))
        self.assert_allows(layers.check, "gateway/a.cpp", self.include('"sqlite3.h"'))

    def test_rooms_link_only_those_below_them(self):
        def links(target):
            return f"# x\ntarget_link_libraries(a PRIVATE {target})\n"
        self.assert_forbids(layers.check, "capi/CMakeLists.txt", links("usmp_gateway"))
        self.assert_forbids(layers.check, "gateway/CMakeLists.txt", links("usmp_capi"))
        self.assert_allows(layers.check, "cli/CMakeLists.txt", links("usmp_gateway"))
        self.assert_allows(layers.check, "gateway/CMakeLists.txt", links("usmp_crypto_openssl"))


class StyleTest(TreeTest):
    def test_a_file_says_first_what_it_is_for(self):
        self.assert_forbids(style.check, "cli/a.cpp", "int x;\n")
        self.assert_forbids(style.check, "cli/a.cpp", "// x\n" * 5)
        self.assert_allows(style.check, "cli/a.cpp", "// x\n" * 4)
        self.assert_forbids(style.check, "scripts/a.sh", "#!/bin/sh\nset -eu\n")
        self.assert_allows(style.check, "scripts/a.sh", "#!/bin/sh\n# x\nset -eu\n")
        self.assert_allows(style.check, "capi/a.c", "/* x\n * y */\n")

    def test_a_file_has_at_most_600_lines(self):
        self.assert_allows(style.check, "cli/a.cpp", HEADER + "\n" * 599)
        self.assert_forbids(style.check, "cli/a.cpp", HEADER + "\n" * 600)

    def test_nothing_is_unfinished_by_its_own_word(self):
        for word in ("TO" + "DO", "FIX" + "ME"):
            self.assert_forbids(style.check, "cli/a.cpp", HEADER + f"// {word}: later\n")
            self.assert_forbids(style.check, "docs/a.md", f"{word} later\n")

    def test_no_path_of_one_machine(self):
        for path in ("/ho" + "me/someone/x", "/wo" + "rk/x", "/ro" + "ot/x"):
            self.assert_forbids(style.check, "docs/a.md", f"see {path}\n")
        for path in ("docs/wo" + "rk/x", "build/ho" + "me/x"):
            self.assert_allows(style.check, "docs/a.md", f"see {path}\n")

    def test_no_name_that_says_nothing(self):
        for name in ("util.hpp", "string_utils.hpp", "common.hpp", "session_manager.hpp"):
            self.assert_forbids(style.check, f"cli/{name}", GUARDED % "")
        self.assert_allows(style.check, "cli/utilization.hpp", GUARDED % "")

    def test_a_header_has_a_guard_of_its_own(self):
        self.assert_forbids(style.check, "cli/a.hpp", HEADER + "#pragma once\n")
        self.write("cli/a.hpp", GUARDED % "")
        self.assert_forbids(style.check, "cli/b.hpp", GUARDED % "")

    def test_core_has_no_heap_virtual_exception_or_library(self):
        for code in ("virtual void f();", "int* p = new int;", "delete p;", "malloc(3);",
                     "throw 1;", "if constexpr (true) {}", "namespace a::b {}", "std::size_t x;"):
            self.assert_forbids(style.check, "core/src/base/a.cpp", HEADER + code + "\n")
            self.assert_allows(style.check, "gateway/a.cpp", HEADER + code + "\n")
        for code in ("A(const A&) = delete;", "// a new virtual throw", "int renew = 1'000;"):
            self.assert_allows(style.check, "core/src/base/a.cpp", HEADER + code + "\n")


class SpecTest(TreeTest):
    SPEC = ("# Wire\n\n## 1 Packets\n\nA packet of another first byte is dropped. It is blue.\n"
            "A gateway never sends what it does not know.\n")

    def test_copies_must_be_the_same_files(self):
        copy, shared = os.path.join(self.root, "spec"), os.path.join(self.root, "shared")
        for directory in ("spec", "shared"):
            self.write(f"{directory}/vectors/a.json", "1")
        self.assertEqual(spec_copies.check(copy, shared), [])
        self.write("spec/vectors/a.json", "2")
        self.assertEqual(len(spec_copies.check(copy, shared)), 1)
        self.write("shared/b.md", "")
        self.write("spec/c.md", "")
        self.assertEqual(len(spec_copies.check(copy, shared)), 3)

    def test_a_sentence_is_named_by_a_comment_with_its_words(self):
        self.assertEqual(len(list(spec_rules.rules(self.SPEC))), 2)
        self.write("core/src/a.cpp", HEADER + "// USMP3 §1: a packet of another first byte is\n"
                   "// dropped.\n")
        cited = list(spec_rules.citations(spec_rules.source_files(self.root)))
        self.assertEqual(list(spec_rules.unnamed(self.SPEC, cited)),
                         ["§1: A gateway never sends what it does not know."])

    def test_a_section_named_nowhere_in_code_is_found(self):
        for number in range(1, 7):
            self.write(f"core/src/rule{number}.cpp", HEADER + f"// USMP3 §{number}: x\n")
        self.write("tests/rule7.cpp", HEADER + "// USMP3 §7: x\n")
        files = spec_rules.source_files(self.root)
        self.assertEqual(len(spec_rules.check(list(spec_rules.citations(files)))), 1)
        self.write("gateway/rule7.cpp", HEADER + "// USMP3 §7: x\n")
        files = spec_rules.source_files(self.root)
        self.assertEqual(spec_rules.check(list(spec_rules.citations(files))), [])


class VersionsTest(TreeTest):
    def setUp(self):
        super().setUp()
        self.write("CMakeLists.txt", "project(usmp VERSION 2.1.0 LANGUAGES C)\n")
        self.write("pyproject.toml", '[project]\nversion = "2.1.0"\n')
        self.write("python/usmp/__init__.py", '__version__ = "2.1.0"\n')
        self.write("capi/include/usmp.h", "#define USMP_VERSION_MAJOR 2\n"
                   "#define USMP_VERSION_MINOR 1\n#define USMP_VERSION_PATCH 0\n")
        self.write("CHANGELOG.md", "# Changelog\n\n## [Unreleased]\n\n## [2.0.0]\n")

    def test_every_place_says_the_same(self):
        self.assertEqual(versions.check(self.root), [])
        self.write("capi/include/usmp.h", "#define USMP_VERSION_MAJOR 2\n"
                   "#define USMP_VERSION_MINOR 0\n#define USMP_VERSION_PATCH 0\n")
        self.write("pyproject.toml", "[project]\n")
        self.assertEqual(len(versions.check(self.root)), 2)

    def test_a_port_that_is_there_says_it_too(self):
        self.write("ports/arduino/library.properties", "name=USMP\nversion=2.1.0\n")
        self.assertEqual(len(versions.check(self.root)), 1)
        self.write("ports/arduino/library.json", '{\n  "version": "2.1.0"\n}\n')
        self.assertEqual(versions.check(self.root), [])
        self.write("ports/esp_idf/idf_component.yml", 'version: "2.0.0"\n')
        self.assertEqual(len(versions.check(self.root)), 1)

    def test_the_changelog_begins_with_it_or_with_what_is_not_released(self):
        self.write("CHANGELOG.md", "# Changelog\n\n## [2.1.0]\n")
        self.assertEqual(versions.check(self.root), [])
        self.write("CHANGELOG.md", "# Changelog\n\n## [2.0.0]\n")
        self.assertEqual(len(versions.check(self.root)), 1)


if __name__ == "__main__":
    unittest.main()

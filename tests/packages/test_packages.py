# The archives of scripts/package.py, each unpacked and built on its own: the Arduino library as the
# Arduino AVR core does it, for an Uno and a Mega, and as far as the compilers here allow for other
# boards; PlatformIO's; the ESP-IDF component. The Python sdist has python/tests/fresh_install.py.
# Environment: USMP_BEARSSL_DIR, USMP_LWIP_DIR, USMP_MBEDTLS_DIR.
import filecmp
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import unittest
import zipfile

from builds import build, defined_symbols, needed_symbols, sources

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "rules"))
from project import project_paths  # noqa: E402

NAMES = ("arduino", "platformio", "esp_idf")
# One function of each part of usmp/crypto.hpp: defined once, or two backends are in the library.
CRYPTO = ("usmp::crypto::aead_seal(", "usmp::crypto::x25519(", "usmp::crypto::hmac_sha256(",
          "usmp::crypto::Sha256::start(")

# What a port brings.
PORT = {"usmp_port_millis", "usmp_port_delay_ms", "usmp_port_random", "usmp_port_log",
        "usmp_port_wdt_feed", "usmp_port_get_device_id"}


def package(root, destination):
    """The archives of a project, by their names in scripts/package."""
    printed = subprocess.run([sys.executable, "-B", os.path.join(root, "scripts", "package.py"),
                              destination], check=True, capture_output=True, text=True).stdout
    return dict(zip(NAMES, printed.split("\n")))


class Packages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.work = tempfile.mkdtemp()
        cls.addClassCleanup(shutil.rmtree, cls.work)
        cls.archives = package(ROOT, os.path.join(cls.work, "archives"))

    def unpacked(self, name):
        """The directory of an archive that was unpacked for this test alone."""
        directory = tempfile.mkdtemp(dir=self.work)
        path = self.archives[name]
        if path.endswith(".zip"):
            with zipfile.ZipFile(path) as archive:
                archive.extractall(directory)
            return os.path.join(directory, os.listdir(directory)[0])
        with tarfile.open(path) as archive:
            archive.extractall(directory, filter="data")
        return directory

    def expect_whole(self, objects, board, backend, port=PORT):
        """All that is ours is there but for what a port brings, and one backend of the crypto."""
        missing = {name for name in needed_symbols(board, objects)
                   if "usmp::" in name or name.startswith("usmp_")} - port
        self.assertEqual(missing, set(), f"{board} lacks what is ours")
        defined = defined_symbols(board, objects)
        for function in CRYPTO:
            where = [path for path, names in defined.items()
                     if any(name.startswith(function) for name in names)]
            self.assertEqual(len(where), 1, f"{function} of {board}: {where}")
            if "hmac" not in function:
                self.assertIn(f"/{backend}/", where[0])

    def expect_builds(self, directory, board, backend):
        """Everything that needs no Arduino core compiles."""
        flags = []
        if backend == "bearssl":
            # As in the board's core: below a directory of that name.
            headers = tempfile.mkdtemp(dir=self.work)
            os.symlink(os.path.join(os.environ["USMP_BEARSSL_DIR"], "inc"),
                       os.path.join(headers, "bearssl"))
            flags = ["-I", headers]
        if backend == "mbedtls":
            flags = ["-isystem", os.path.join(os.environ["USMP_MBEDTLS_DIR"], "include")]
        root = os.path.join(directory, "src")
        own = [path for path in sources(root) if not self.is_of_the_core(path)]
        self.assertGreater(len(own), 80)
        objects = build(board, root, own, flags)
        self.expect_whole(objects, board, backend)

    @staticmethod
    def is_of_the_core(path):
        """A file that needs Arduino.h, which only the AVR core has here."""
        return any(f"/src/{part}/" in path for part in ("full", "board", "small"))

    def test_the_same_project_gives_the_same_bytes(self):
        copy = os.path.join(self.work, "copy")
        for path in project_paths(ROOT):
            os.makedirs(os.path.dirname(os.path.join(copy, path)), exist_ok=True)
            shutil.copy(os.path.join(ROOT, path), os.path.join(copy, path))
        again = package(copy, os.path.join(self.work, "again"))
        for name in NAMES:
            self.assertTrue(filecmp.cmp(self.archives[name], again[name], shallow=False), name)

    def test_every_file_of_the_core_is_inside(self):
        core = [path for path in project_paths(ROOT)
                if path.startswith("core/src/") or path.startswith("core/include/usmp/")]
        component = self.unpacked("esp_idf")
        library = self.unpacked("arduino")
        for path in core:
            self.assertTrue(filecmp.cmp(os.path.join(ROOT, path), os.path.join(component, path),
                                        shallow=False), path)
            inside = path.replace("core/src/", "src/").replace("core/include/", "src/")
            self.assertTrue(os.path.isfile(os.path.join(library, inside)), inside)

    def test_arduino_builds_for_an_uno(self):
        self.avr("uno")

    def test_arduino_builds_for_a_mega(self):
        self.avr("mega")

    def avr(self, board):
        directory = self.unpacked("arduino")
        root = os.path.join(directory, "src")
        objects = build(board, root, sources(root), [])
        self.expect_whole(objects, board, "tiny")

    def test_arduino_builds_whole_for_a_board_that_is_this_machine(self):
        root = os.path.join(self.unpacked("arduino"), "src")
        board = os.path.join(ROOT, "tests", "arduino_host", "board")
        objects = build("this_machine", root, sources(root), ["-I", board])
        self.expect_whole(objects, "this_machine", "tiny", port=set())

    def test_a_sketch_builds_with_the_library_alone(self):
        build_sketch = os.path.join(ROOT, "ports", "arduino", "build.py")
        directory = self.unpacked("arduino")
        for board in ("uno", "mega"):
            subprocess.run([sys.executable, "-B", build_sketch, board,
                            os.path.join(directory, "examples", "telemetry"),
                            "--output", os.path.join(self.work, board),
                            "--library", os.path.join(directory, "src")], check=True)

    def test_arduino_builds_for_a_cortex_m0_with_our_own_crypto(self):
        self.expect_builds(self.unpacked("arduino"), "cortex_m0", "tiny")

    def test_arduino_builds_for_an_esp8266_with_its_bearssl(self):
        self.expect_builds(self.unpacked("arduino"), "esp8266", "bearssl")

    def test_arduino_builds_as_for_an_esp32_with_mbedtls(self):
        self.expect_builds(self.unpacked("arduino"), "esp32_on_host", "mbedtls")

    def test_platformio_has_the_sources_of_the_arduino_library(self):
        compared = filecmp.dircmp(os.path.join(self.unpacked("arduino"), "src"),
                                  os.path.join(self.unpacked("platformio"), "src"))
        self.assertEqual((compared.left_only, compared.right_only, compared.diff_files),
                         ([], [], []))

    def test_the_esp_idf_component_registers_what_is_inside(self):
        check = os.path.join(ROOT, "tests", "esp_idf", "check_syntax.py")
        subprocess.run([sys.executable, "-B", check, self.unpacked("esp_idf")], check=True)

    def test_the_esp_idf_component_compiles_with_mbedtls_3_6(self):
        directory = self.unpacked("esp_idf")
        own = [path for room in ("core/src", "capi/src", "crypto")
               for path in sources(os.path.join(directory, room))]
        includes = [word for path in ("core/include", "core/src", "capi/include", "capi/src",
                                      "crypto")
                    for word in ("-I", os.path.join(directory, path))]
        objects = build("esp_idf_on_host", directory, own,
                        [*includes, "-DUSMP_SHA256_STATE_SIZE=120", "-isystem",
                         os.path.join(os.environ["USMP_MBEDTLS_DIR"], "include")])
        self.expect_whole(objects, "esp_idf_on_host", "mbedtls")


if __name__ == "__main__":
    unittest.main(verbosity=2)

# docs/reference/c-api.md and errors.md against the headers: each public function and each error,
# with its number, stands there and nothing else does.
import re
import unittest

import documents

HEADERS = ("capi/include/usmp.h", "capi/include/usmp_transport.h", "capi/include/usmp_port.h")
FUNCTION = re.compile(r"^(?:static inline )?(?:const )?\w+\*? (usmp_\w+)\(", re.M)


def enumerators(path, name):
    """The enumerators of `enum class name`, or of the C enum that ends in `} name;`."""
    text = re.sub(r"//[^\n]*|/\*.*?\*/", "", documents.read(path), flags=re.S)
    body = (re.search(rf"enum class {name}[^{{]*{{(.*?)}}", text, re.S)
            or re.search(rf"typedef enum {{([^}}]*)}} {name};", text, re.S)).group(1)
    return re.findall(r"(\w+)(?:\s*=\s*(-?\d+))?\s*(?:,|$)", body.strip())


def table(heading):
    """The rows below a heading of errors.md that begins so, as lists of cells."""
    text = documents.read("docs/reference/errors.md")
    part = next(part for part in text.split("\n## ")[1:] if part.startswith(heading))
    rows = [line.strip("|").split("|") for line in part.split("\n") if line.startswith("| ")]
    return [[cell.strip().strip("`") for cell in row] for row in rows[1:]]


class HeaderReference(unittest.TestCase):
    def test_c_api_has_each_function_and_no_other(self):
        of_headers = {name for path in HEADERS for name in FUNCTION.findall(documents.read(path))}
        self.assertIn("usmp_connect", of_headers)
        self.assertIn("usmp_transport_udp_init", of_headers)
        text = documents.read("docs/reference/c-api.md")
        cells = [row.split("|")[1] for row in text.split("\n") if row.startswith("| `")]
        self.assertEqual({name for cell in cells for name in re.findall(r"`(\w+)`", cell)},
                         of_headers)

    def test_errors_have_each_code_with_its_number(self):
        of_header = [(number, name) for name, number in enumerators(HEADERS[0], "usmp_err_t")]
        self.assertEqual([(row[0], row[1]) for row in table("C API")], of_header)

    def test_errors_have_each_value_of_the_other_lists(self):
        for heading, path, name in (
                ("Core: `usmp::Error`", "core/include/usmp/result.hpp", "Error"),
                ("Core: `usmp::Cause`", "core/include/usmp/event.hpp", "Cause"),
                ("Gateway: the registry", "gateway/registry/registry_error.hpp", "RegistryFault"),
                ("Gateway: listening", "gateway/listen/listen_error.hpp", "ListenFault")):
            of_header = [found for found, _ in enumerators(path, name)]
            self.assertGreater(len(of_header), 4)
            self.assertEqual([row[0] for row in table(heading)], of_header, name)

    def test_causes_have_the_codes_that_the_c_api_gives(self):
        source = documents.read("capi/src/error_code.cpp")
        of_source = re.findall(r"case Cause::(\w+):\s*return (USMP_\w+);", source)
        self.assertEqual([(row[0], row[2]) for row in table("Core: `usmp::Cause`")], of_source)


if __name__ == "__main__":
    unittest.main()

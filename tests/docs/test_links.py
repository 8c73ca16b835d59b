# Every relative link of every Markdown file leads to a file that is there, and to a heading in it.
# Links to other machines are not followed.
import os
import unittest

import documents


def broken(path, text):
    """What is wrong with the links of a document."""
    findings = []
    for number, target in documents.links(text):
        if "://" in target or target.startswith("mailto:"):
            continue
        name, _, anchor = target.partition("#")
        linked = os.path.normpath(os.path.join(os.path.dirname(path), name)) if name else path
        if linked != path and not os.path.exists(os.path.join(documents.ROOT, linked)):
            findings.append(f"{path}:{number}: there is no {linked}")
        elif anchor and anchor not in documents.anchors(
                text if linked == path else documents.read(linked)):
            findings.append(f"{path}:{number}: {linked} has no heading #{anchor}")
    return findings


class Links(unittest.TestCase):
    def test_every_relative_link_leads_somewhere(self):
        paths = documents.documents()
        self.assertIn("docs/architecture.md", paths)
        findings = [finding for path in paths for finding in broken(path, documents.read(path))]
        self.assertEqual(findings, [])

    def test_every_document_below_docs_is_linked_from_another(self):
        linked = set()
        for path in documents.documents():
            for _, target in documents.links(documents.read(path)):
                name = target.partition("#")[0]
                if name and "://" not in name:
                    linked.add(os.path.normpath(os.path.join(os.path.dirname(path), name)))
        ours = {path for path in documents.documents() if path.startswith("docs/")}
        self.assertEqual(ours - linked - {"docs/README.md"}, set())

    def test_a_link_to_nothing_is_found(self):
        self.assertEqual(len(broken("docs/x.md", "[a](nowhere.md)")), 1)
        self.assertEqual(len(broken("docs/x.md", "# Here\n[a](#there)")), 1)
        self.assertEqual(len(broken("docs/x.md", "[a](architecture.md#no-such-heading)")), 1)
        self.assertEqual(broken("docs/x.md", "# Here it is\n[a](#here-it-is)"), [])
        self.assertEqual(broken("docs/x.md", "[b](https://example.org)"), [])
        self.assertEqual(broken("docs/x.md", "`[a](b)`\n```\n[a](b)\n```\n[c](../README.md)"), [])


if __name__ == "__main__":
    unittest.main()

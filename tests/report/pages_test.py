"""Whole reports: sound HTML, every figure with axes and words, nothing that a browser would ask a network for.

usage: pages_test.py YY_RUN TESTS
"""

import html.parser
import os
import re
import sys
import tempfile
import unittest

import pages

VOID = {"meta", "img", "link", "br", "hr", "input"}
SVG_EMPTY = {"path", "rect", "circle"}  # written as <path .../> or with a <title> inside


class Reader(html.parser.HTMLParser):
    """Notes what the tests look at, and fails where tags do not match."""

    def __init__(self):
        super().__init__()
        self.open, self.ids, self.addresses, self.texts = [], [], [], []
        self.figures = {}  # id -> {"title", "desc", "texts", "shapes"}
        self.images = []
        self.tags = set()

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.tags.add(tag)
        if tag not in VOID:
            self.open.append((tag, attributes))
        if "id" in attributes:
            self.ids.append(attributes["id"])
        for name in ("src", "href", "xlink:href", "action", "data", "srcset", "poster", "background"):
            if name in attributes:
                self.addresses.append(attributes[name])
        if any(name.startswith("on") for name in attributes):
            raise AssertionError(f"<{tag}> has a script: {attributes}")
        if tag == "figure":
            self.figures[attributes["id"]] = {"title": "", "desc": "", "texts": [], "shapes": 0, "svg": None}
        if tag == "svg" and attributes.get("role") == "img":
            self.figure()["svg"] = attributes
        if tag in ("path", "rect", "circle") and self.figure() is not None:
            self.figure()["shapes"] += 1
        if tag == "img":
            self.images.append(attributes)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag):
        opened = self.open.pop()[0]
        if opened.lower() != tag.lower():
            raise AssertionError(f"</{tag}> closes <{opened}>")

    def handle_data(self, data):
        if not self.open:
            return
        tag, attributes = self.open[-1]
        figure = self.figure()
        if figure is not None and tag in ("title", "desc") and attributes.get("id", "").endswith(f"-{tag}"):
            figure[tag] += data
        elif figure is not None and tag == "text":
            figure["texts"].append(data)
        elif tag not in ("style", "script"):
            self.texts.append(data)

    def figure(self):
        ids = [attributes["id"] for tag, attributes in self.open if tag == "figure"]
        return self.figures[ids[-1]] if ids else None


class Pages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.pages = pages.make(YY_RUN, TESTS, cls.folder.name)
        cls.texts, cls.readers = {}, {}
        for name, file in cls.pages.items():
            with open(file, encoding="utf-8") as stream:
                cls.texts[name] = stream.read()
            cls.readers[name] = Reader()
            cls.readers[name].feed(cls.texts[name])
            cls.readers[name].close()

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def each(self):
        return [(name, self.readers[name], self.texts[name]) for name in pages.FIGURES]

    def test_every_tag_is_closed_and_every_id_is_one(self):
        for name, reader, _ in self.each():
            with self.subTest(name):
                self.assertEqual(reader.open, [])
                self.assertEqual(len(reader.ids), len(set(reader.ids)))

    def test_every_figure_is_there_with_words_and_axes(self):
        for name, reader, _ in self.each():
            with self.subTest(name):
                found = {id for id in reader.figures}
                self.assertTrue(set(pages.FIGURES[name]) <= found, f"{pages.FIGURES[name]} against {found}")
                for id, figure in reader.figures.items():
                    self.assertGreater(len(figure["title"]), 3, id)
                    self.assertGreater(len(figure["desc"]), 20, id)
                    self.assertRegex(figure["desc"], r"\d", f"{id} tells no number")
                    self.assertEqual(figure["svg"]["aria-labelledby"], f"{id}-title {id}-desc")
                    self.assertGreater(figure["shapes"], 5, id)
                    numbers = [text for text in figure["texts"] if re.fullmatch(r"-?[\d.]+[kM]?", text)]
                    self.assertGreater(len(numbers), 2, f"{id} has the ticks {figure['texts']}")
                    self.assertTrue(any(re.search("[a-z]{4}", text) for text in figure["texts"]),
                                    f"{id} names no axis")

    def test_nothing_is_asked_of_a_network(self):
        for name, reader, text in self.each():
            with self.subTest(name):
                self.assertTrue(all(address.startswith("data:image/jpeg;base64,") for address in reader.addresses))
                self.assertNotIn("script", reader.tags)
                self.assertNotRegex(text, r"https?:|@import|url\((?!#)")
                self.assertIn("default-src 'none'", text)

    def test_it_is_small(self):
        for name, _, text in self.each():
            with self.subTest(name):
                self.assertLess(len(text.encode()), 2_000_000, name)

    def test_no_number_is_missing(self):
        for name, reader, text in self.each():
            with self.subTest(name):
                self.assertNotRegex(text, r'="[^"]*\b(nan|inf)\b')
                self.assertFalse([text for text in reader.texts if re.search(r"\b(nan|inf)\b", text)])

    def test_the_calibration_says_what_it_promises(self):
        words = " ".join(self.readers["calibrate"].texts)
        for expected in ("Promise: on pictures of the kind of these 200", "Who is right", "only digits-yang",
                         "Most doubtful for digits-yin", "Corrected by asking further", "processor",
                         "the mean up to digits-yang"):
            self.assertIn(expected, words)

    def test_pictures_have_words(self):
        for name, reader, _ in self.each():
            with self.subTest(name):
                self.assertTrue(reader.images or name == "nothing readable")
                self.assertTrue(all(image.get("alt") for image in reader.images))

    def test_the_mean_is_called_so(self):
        words = " ".join(self.readers["mean of three"].texts)
        self.assertIn("the mean up to digits-yang: ", words)
        self.assertNotIn("digits-yang: digit", words.replace("the mean up to digits-yang", ""))

    def test_a_search_that_finds_nothing_names_no_file(self):
        self.assertNotIn("best.yy.json", self.texts["nothing pays"])

    def test_hostile_names_stay_text(self):
        reader = self.readers["hostile names"]
        names = [image["alt"] for image in reader.images]
        self.assertTrue(any("<script>alert(1)<&amp;>.png" in name for name in names), names)
        self.assertTrue(any(r"\xff\xfe.png" in name for name in names), names)
        self.assertIn("1 of them failed", " ".join(reader.texts))


if __name__ == "__main__":
    YY_RUN, TESTS = sys.argv[1:3]
    unittest.main(argv=sys.argv[:1])

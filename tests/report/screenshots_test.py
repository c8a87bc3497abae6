"""Reports in headless Chromium, on a desk and on a phone, light and dark: every plot is drawn, nothing overflows
or overlaps, and nothing but the file itself is asked for. Skipped (77) where there is no Chromium.

usage: screenshots_test.py YY_RUN TESTS SCREENSHOTS   (the last a folder to leave pictures of the pages in)
"""

import os
import shutil
import sys
import tempfile
import unittest

import devtools
import pages
import png

SCREENS = [(1280, 900), (390, 844)]
SCHEMES = ["light", "dark"]

# What the page looks like: boxes are [left, top, right, bottom] in the page.
LOOK = """(() => {
  const box = e => { const r = e.getBoundingClientRect();
                     return [r.left + scrollX, r.top + scrollY, r.right + scrollX, r.bottom + scrollY]; };
  const inside = e => { for (let p = e.parentElement; p; p = p.parentElement)
                          if (getComputedStyle(p).overflowX === 'auto') return true; return false; };
  return {
    width: document.documentElement.scrollWidth,
    wide: [...document.body.querySelectorAll('*')]
        .filter(e => !e.closest('svg') && !inside(e) && e.getBoundingClientRect().right > innerWidth + 0.5)
        .map(e => e.outerHTML.slice(0, 120)),
    cut: [...document.querySelectorAll('h1,h2,h3,p,dt,dd,figcaption,li,span')]
        .filter(e => e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0 && getComputedStyle(e).display !== 'inline')
        .map(e => e.outerHTML.slice(0, 120)),
    figures: [...document.querySelectorAll('figure')].map(f => ({
      id: f.id, box: box(f),
      svg: box(f.querySelector('svg[role=img]')),
      texts: [...f.querySelectorAll('svg[role=img] text')].map(t => [t.textContent, ...box(t)]),
      smallest: Math.min(...[...f.querySelectorAll('svg[role=img] text')].map(t => t.getBoundingClientRect().height)),
    })),
    pictures: [...document.images].map(i => [i.complete && i.naturalWidth > 0, i.alt]),
    page: getComputedStyle(document.body).backgroundColor,
  };
})()"""


def overlap(a, b):
    """The area that two boxes share, in square pixels."""
    return max(0, min(a[2], b[2]) - max(a[0], b[0])) * max(0, min(a[3], b[3]) - max(a[1], b[1]))


class Screenshots(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.pages = pages.make(YY_RUN, TESTS, cls.folder.name)
        cls.browser = devtools.Browser(CHROMIUM)
        shutil.rmtree(SCREENSHOTS, ignore_errors=True)
        os.makedirs(SCREENSHOTS)

    @classmethod
    def tearDownClass(cls):
        cls.browser.close()
        cls.folder.cleanup()

    def test_pages(self):
        for name, file in self.pages.items():
            for width, height in SCREENS:
                for scheme in SCHEMES:
                    with self.subTest(page=name, width=width, scheme=scheme):
                        self.browser.open(file, width, height, scheme)
                        self.check_page(name, width, scheme, self.browser.evaluate(LOOK))

    def check_page(self, name, width, scheme, look):
        self.check_layout(name, width, look)
        self.check_figures(look)
        self.check_requests(name)
        self.assertTrue(all(loaded for loaded, _ in look["pictures"]), look["pictures"])
        brightness = sum(int(part) for part in look["page"].strip("rgb()").split(",")) / 3
        self.assertTrue(brightness > 200 if scheme == "light" else brightness < 60, look["page"])
        with open(os.path.join(SCREENSHOTS, f"{name}-{width}-{scheme}.png".replace(" ", "-")), "wb") as file:
            file.write(self.browser.screenshot())

    def check_layout(self, name, width, look):
        self.assertLessEqual(look["width"], width)
        self.assertEqual(look["wide"], [])
        self.assertEqual(look["cut"], [])
        self.assertTrue(set(pages.FIGURES[name]) <= {figure["id"] for figure in look["figures"]})

    def check_figures(self, look):
        for figure in look["figures"]:
            left, top, right, bottom = figure["svg"]
            self.assertGreater(right - left, 250, figure["id"])
            self.assertGreater(bottom - top, 50, figure["id"])
            self.assertGreater(figure["smallest"], 9, f"{figure['id']}: text too small to be read")
            for text, *box in figure["texts"]:
                self.assertTrue(box[0] >= left - 0.5 and box[1] >= top - 0.5 and box[2] <= right + 0.5 and
                                box[3] <= bottom + 0.5, f"{figure['id']}: '{text}' is cut off")
            for i, (text, *box) in enumerate(figure["texts"]):
                for other, *second in figure["texts"][:i]:
                    self.assertLess(overlap(box, second), 4, f"{figure['id']}: '{text}' lies on '{other}'")

    def check_requests(self, name):
        """Requests are those that Chromium itself reports; a blocked one would be in its log."""
        own = "file://" + os.path.abspath(self.pages[name])
        for event in self.browser.events:
            if event.get("method") == "Network.requestWillBeSent":
                address = event["params"]["request"]["url"]
                self.assertTrue(address == own or address.startswith("data:"), address)
            self.assertNotEqual(event.get("method"), "Log.entryAdded", event)
            self.assertNotEqual(event.get("method"), "Runtime.exceptionThrown", event)

    def test_every_plot_is_drawn(self):
        """Each figure's screenshot has the ink of its layers, not only text on a card."""
        for name, file in self.pages.items():
            self.browser.open(file, 390, 844, "light")
            inks = self.browser.evaluate("""[...document.querySelectorAll('figure')].map(f => {
              const svg = f.querySelector('svg[role=img]'), r = svg.getBoundingClientRect();
              const inks = new Set();
              for (const e of svg.querySelectorAll('g > *')) {
                const style = getComputedStyle(e);
                for (const ink of [style.fill, style.stroke])
                  if (ink !== 'none' && style.opacity === '1') inks.add(ink);
              }
              const card = getComputedStyle(f).backgroundColor;
              inks.delete(card);
              return {id: f.id, inks: [...inks],
                      clip: {x: r.left + scrollX, y: r.top + scrollY, width: r.width, height: r.height}};
            })""")
            for figure in inks:
                with self.subTest(page=name, figure=figure["id"]):
                    self.assertGreater(len(figure["inks"]), 0)
                    counts = png.colours(self.browser.screenshot(figure["clip"]))
                    drawn = [ink for ink in figure["inks"]
                             if counts.get(bytes(int(part) for part in ink.strip("rgb()").split(",")), 0) >= 3]
                    self.assertGreater(len(drawn), 0, f"none of {figure['inks']} is in the picture")


if __name__ == "__main__":
    YY_RUN, TESTS, SCREENSHOTS = sys.argv[1:4]
    CHROMIUM = devtools.find_chromium()
    if CHROMIUM is None:
        print("there is no Chromium here (Debian: apt-get install chromium)")
        sys.exit(77)
    unittest.main(argv=sys.argv[:1])

"""The audit report in a headless Chromium: gdpop-audit report."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "lab"))
from browser import Browser  # noqa: E402
from trail import Trail, audit  # noqa: E402

DONE, NOT_SOUND, USAGE, SYSTEM = 0, 1, 2, 4
SMALL, LARGE, KEPT = 9000, 110000, 100000
IN_VIEW = 60  # rows that a window of 900 pixels may hold, and some more


class TestReport(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.mkdtemp(prefix="gdpop-report-")
        cls.addClassCleanup(shutil.rmtree, cls.directory)
        cls.trail = Trail(cls.directory, SMALL)
        cls.events = cls.trail.lines("all.jsonl")[:-1]
        cls.browser = Browser()
        cls.addClassCleanup(cls.browser.close)

    def report(self, *words, language="en", name="report.html", source=None, status=DONE):
        path = os.path.join(self.directory, name)
        if os.path.exists(path):
            os.unlink(path)
        done = audit("report", "--out", path, *words, source or self.trail.path("all.jsonl"),
                     language=language)
        self.assertEqual(done.status, status, done)
        return path

    def open(self, path, **options):
        page = self.browser.open(path, **options)
        self.assertEqual(page.problems, [])
        return page

    def shown(self, page):
        return page.eval("[...document.querySelectorAll('#body .row')].map("
                         "row => [...row.children].map(cell => cell.textContent))")

    def choose(self, page, element, value, event="change"):
        page.eval(f"(() => {{ const e = document.getElementById({element!r}); e.value = {value!r};"
                  f" e.dispatchEvent(new Event({event!r})); }})()")

    def test_loads_and_asks_nothing_of_the_network(self):
        page = self.open(self.report(*self.trail.kept()))
        self.assertEqual([url for url in page.requests if not url.startswith("data:")], [])
        self.assertEqual(page.eval("document.title"), "Audit report")
        self.assertEqual(page.eval("document.querySelectorAll('canvas:not([hidden])').length"), 4)
        self.assertEqual(page.eval("charts.length"), 4)

    def test_the_policy_holds(self):
        """Nothing but the page's own two scripts and style acts, even when someone puts it in."""
        path = self.report()
        page = self.open(path)
        with open(path, encoding="utf-8") as file:
            text = file.read()
        policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)[1]
        self.assertIn("default-src 'none'", policy)
        self.assertNotIn("unsafe", policy)
        for code in ("const s = document.createElement('script'); s.text = 'window.hacked=1';"
                     "document.body.append(s)",
                     "document.body.innerHTML = '<img src=x onerror=window.hacked=1>'",
                     "document.body.setAttribute('onclick', 'window.hacked=1');document.body.click()",
                     "fetch('http://127.0.0.1:9/')", "new Image().src = 'http://127.0.0.1:9/x'"):
            with self.subTest(code=code):
                page.eval(f"(async () => {{ try {{ {code} }} catch (e) {{ }} }})()")
                self.assertFalse(page.eval("'hacked' in window"))

    def test_numbers(self):
        page = self.open(self.report())
        def count(wanted):
            return sum(1 for e in self.events if wanted(e))
        decided = ("denied", "failed", "observed")
        self.assertEqual(page.eval("data.totals.events"), len(self.events))
        for name, wanted in (
                ("logins", lambda e: (e["action"], e["outcome"]) == ("login.session", "allowed")),
                ("denials", lambda e: e["action"].startswith("login.") and e["outcome"] in decided[:2]),
                ("lockouts", lambda e: e["action"] == "account.lockout"),
                ("offsite", lambda e: e["rule"] == "workplace" and e["outcome"] in decided[:2]),
                ("away", lambda e: e["rule"] == "workplace" and e["action"] == "login.session"
                 and e["outcome"] in ("allowed", "observed")),
                ("sharing", lambda e: e["rule"] == "sharing"),
                ("lending", lambda e: e["rule"] == "lending"),
                ("refused", lambda e: e["outcome"] == "refused")):
            with self.subTest(name=name):
                self.assertGreater(count(wanted), 0)
                self.assertEqual(page.eval(f"data.totals.{name}"), count(wanted))
                index = page.eval(f"data.counts.indexOf({name!r})")
                days = page.eval("Object.values(data.days)")
                self.assertEqual(sum(day[index] for day in days), count(wanted))
        organisations = page.eval("data.organisations")
        self.assertEqual({o[0] for o in organisations}, {"gzws", "thws", "yxws", "hzws", "byws"})
        self.assertEqual(sum(o[1] for o in organisations), page.eval("data.totals.logins"))

    def test_searches_filters_and_sorts(self):
        page = self.open(self.report())
        self.assertEqual(self.shown(page)[0][0], str(len(self.events)))
        self.choose(page, "tag", "GD-16")
        wanted = [str(e["sequence"]) for e in self.events if e["tag"] == "GD-16"]
        self.assertEqual(page.eval("view.order.map(row => String(table.sequence[row]))"), wanted[::-1])
        self.choose(page, "outcome", "denied")
        self.choose(page, "search", "user012 工作场所", "input")
        page.eval("new Promise(done => setTimeout(done, 200))")
        wanted = [str(e["sequence"]) for e in self.events if e["tag"] == "GD-16"
                  and "user012" in (e["actor"], e["subject"]) and "工作场所" in e["detail"]]
        self.assertTrue(wanted)
        self.assertEqual([row[0] for row in self.shown(page)][:len(wanted)], wanted[::-1][:IN_VIEW])
        page.eval("find('reset').click()")
        self.assertEqual(page.eval("view.order.length"), len(self.events))
        page.eval("document.querySelector('[data-column=actor]').click()")
        actors = page.eval("view.order.map(row => textOf('actor', row))")
        self.assertEqual(actors, sorted(actors, key=lambda text: (text.lower(), text)))
        page.eval("document.querySelector('[data-column=actor]').click()")
        self.assertEqual(page.eval("view.order.map(row => textOf('actor', row))")[0], max(actors))
        for first, day in (("from", "2026-03-10"), ("to", "2026-03-10")):
            self.choose(page, first, day)
        self.assertEqual(page.eval("view.order.length"),
                         sum(1 for e in self.events if e["at"].startswith("2026-03-10")))

    def test_an_event_and_a_timeline(self):
        page = self.open(self.report())
        page.eval("document.querySelector('#body .row').click()")
        self.assertIn(self.events[-1]["host"], page.eval("find('event').textContent"))
        self.choose(page, "account", "user012", "input")
        wanted = [e for e in self.events if "user012" in (e["actor"], e["subject"])]
        items = page.eval("[...document.querySelectorAll('.timeline .item')].map(i => i.dataset.time)")
        self.assertEqual(items, [e["at"][11:19] for e in wanted[::-1]][:500])

    def test_two_languages(self):
        page = self.open(self.report(language="zh"))
        self.assertEqual(page.eval("[document.title, document.documentElement.lang]"), ["审计报告", "zh-CN"])
        self.assertIn("不在工作场所的网络内", page.eval("table.strings"))
        self.assertIn("拒绝", page.eval("document.body.innerText"))
        page.eval("find('language').click()")
        self.assertEqual(page.eval("[document.title, document.documentElement.lang]"), ["Audit report", "en"])
        self.assertNotIn("undefined", page.eval("document.body.innerText"))
        self.assertEqual(page.eval("Object.keys(data.labels.en)"), page.eval("Object.keys(data.labels.zh)"))

    def test_markup_of_the_store_stays_text(self):
        path = self.report()
        page = self.open(path)
        self.choose(page, "search", "hacked", "input")
        page.eval("new Promise(done => setTimeout(done, 200))")
        details = {row[11] for row in self.shown(page)}
        self.assertEqual(details, {"</script><script>window.hacked=1</script>",
                                   "<img src=x onerror=window.hacked=1>"})
        self.assertFalse(page.eval("'hacked' in window"))
        self.assertEqual(page.eval("document.querySelectorAll('script').length"), 4)
        with open(path, encoding="utf-8") as file:
            text = file.read()
        self.assertNotIn("window.hacked=1<", text)
        for character in "\u2028\u2029\u202e\u200b\ufeff":
            self.assertNotIn(character, text.split('id="events"')[1].split("</script>")[0])

    def test_what_verification_found(self):
        lines = self.trail.lines("all.jsonl")
        lines[699]["actor"] = "<b>someone</b>"
        for words, source, status, kind, sentence in (
                (self.trail.kept(), None, DONE, "part", "which a checkpoint saw"),
                ([], None, DONE, "part", "the seals were not checked"),
                (self.trail.kept(), self.trail.write("bad.jsonl", lines), NOT_SOUND, "bad",
                 "event 700 was altered")):
            with self.subTest(sentence=sentence):
                page = self.open(self.report(*words, source=source, status=status))
                self.assertIn(sentence, page.eval("find('verdict').innerText"))
                self.assertTrue(page.eval(f"find('verdict').classList.contains({kind!r})"))

    def test_a_hundred_thousand_events(self):
        with tempfile.TemporaryDirectory(prefix="gdpop-report-") as large:
            trail = Trail(large, LARGE)
            page = self.open(self.report(source=trail.path("all.jsonl"), name="large.html"))
        self.assertEqual(page.eval("data.totals.events"), trail.last)
        self.assertEqual(page.eval("table.sequence.length"), KEPT)
        self.assertEqual(page.eval("table.sequence[0]"), trail.last - KEPT + 1)
        self.assertIn("100,000", page.eval("find('bounds').textContent"))
        # What is drawn is what is in view, whatever the number of events.
        rows = "document.querySelectorAll('#body .row').length"
        self.assertLess(page.eval(rows), IN_VIEW)
        page.eval("find('grid').scrollTop = 1700000; new Promise(requestAnimationFrame)")
        page.eval("new Promise(requestAnimationFrame)")
        self.assertLess(page.eval(rows), IN_VIEW)
        self.assertEqual(self.shown(page)[8][0], str(trail.last - 1700000 // 34))
        # A search looks at each different text once and not at every cell.
        looked = page.eval("(() => { let n = 0; const old = String.prototype.includes;"
                           " String.prototype.includes = function (s) { n++; return old.call(this, s); };"
                           " find('search').value = 'user012'; filter();"
                           " String.prototype.includes = old; return n; })()")
        self.assertLessEqual(looked, 2 * page.eval("table.strings.length"))
        self.assertGreater(page.eval("view.order.length"), 100)
        self.assertLess(page.eval(rows), IN_VIEW)

    def test_prints_on_a4(self):
        page = self.open(self.report())
        self.choose(page, "tag", "GD-16")
        path = os.path.join(self.directory, "report.pdf")
        page.pdf(path)
        with open(path, "rb") as file:
            pdf = file.read()
        boxes = {tuple(float(n) for n in box.split()) for box in
                 re.findall(rb"/MediaBox \[([^]]*)\]", pdf)}
        self.assertTrue(boxes)
        for left, bottom, right, top in boxes:
            self.assertAlmostEqual(right - left, 595.3, delta=1)
            self.assertAlmostEqual(top - bottom, 841.9, delta=1)
        self.assertEqual(page.eval("document.querySelectorAll('#rows tbody tr').length"),
                         page.eval("Math.min(1000, view.order.length)"))

    def test_narrow(self):
        page = self.open(self.report(), width=390, height=800)
        self.assertLessEqual(page.eval("document.documentElement.scrollWidth"), 390)

    def test_the_file(self):
        path = self.report()
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)
        again = audit("report", "--out", path, self.trail.path("all.jsonl"))
        self.assertEqual(again.status, SYSTEM)
        self.assertIn("exists", again.err.lower())
        export = self.trail.path("first.jsonl")
        before = os.stat(export).st_size
        self.assertEqual(audit("report", "--out", export, export).status, SYSTEM)
        self.assertEqual(os.stat(export).st_size, before)

    def test_a_full_disk_leaves_no_file(self):
        small = os.path.join(self.directory, "small")
        os.mkdir(small)
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", small], check=True)
        try:
            done = audit("report", "--out", f"{small}/r.html", self.trail.path("all.jsonl"))
            self.assertEqual((done.status, os.listdir(small)), (SYSTEM, []), done)
            self.assertIn("No space left", done.err)
        finally:
            subprocess.run(["umount", small], check=True)


if __name__ == "__main__":
    unittest.main()

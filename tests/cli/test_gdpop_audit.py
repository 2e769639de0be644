"""gdpop-audit end to end, over files of a real store and over what root could make of them."""

import copy
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "lab"))
from trail import PROGRAM, Trail, audit, seal  # noqa: E402

SOUND, NOT_SOUND, USAGE, SYSTEM = 0, 1, 2, 4
EVENTS = 3000


class AuditTest(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.mkdtemp(prefix="gdpop-audit-")
        cls.addClassCleanup(shutil.rmtree, cls.directory)
        cls.trail = Trail(cls.directory, EVENTS)
        cls.original = cls.trail.lines("all.jsonl")

    def lines(self):
        return copy.deepcopy(self.original)

    def verify(self, *files, anchor="checkpoint", language="en", certificate="checkpoint.pem"):
        return audit("verify", *self.trail.kept(anchor, certificate), *files, language=language)

    def findings(self, *files, **options):
        done = audit("verify", "--json", *self.trail.kept(**options), *files)
        return done.status, [(f["kind"], f["first"], f["last"]) for f in json.loads(done.out)["findings"]]

    def path(self, name):
        return self.trail.path(name)


class TestTampering(AuditTest):
    def found(self, lines, kind, first, last=None, **options):
        path = self.trail.write("tampered.jsonl", lines)
        status, findings = self.findings(path, **options)
        self.assertEqual(status, NOT_SOUND, findings)
        self.assertIn((kind, first, first if last is None else last), findings)
        return findings

    def test_files_as_they_were_written(self):
        for files in (["all.jsonl"], ["all.csv"], ["all.gb18030.csv"], ["first.jsonl", "second.jsonl"],
                      ["second.jsonl.zst", "first.jsonl"], ["all.jsonl", "second.jsonl"]):
            with self.subTest(files=files):
                self.assertEqual(self.findings(*map(self.path, files)), (SOUND, []))

    def test_edited(self):
        for field in ("actor", "detail", "outcome", "address"):
            with self.subTest(field=field):
                lines = self.lines()
                lines[699][field] = "someone"
                self.assertEqual(self.found(lines, "edited", 700), [("edited", 700, 700)])

    def test_edited_and_chained_anew(self):
        lines = self.lines()
        lines[699]["actor"] = "someone"
        self.trail.rechain(lines, 699)
        self.found(lines, "forged", 700, self.trail.last)

    def test_a_seal_by_the_key_on_disk(self):
        """Who is root today has today's key only: for an earlier epoch it makes no seal."""
        lines = self.lines()
        lines[699]["actor"] = "someone"
        today = lines[-2]["epoch"]
        self.trail.rechain(lines, 699)
        for line in lines[699:-1]:
            line["mac"] = seal(self.trail.key(today), bytes.fromhex(line["digest"]))
        self.found(lines, "forged", 700, self.trail_end_of(today - 1))

    def trail_end_of(self, epoch):
        return max(line["sequence"] for line in self.original[:-1] if line["epoch"] == epoch)

    def test_dropped(self):
        for first, last in ((700, 700), (700, 720)):
            with self.subTest(last=last):
                lines = self.lines()
                del lines[first - 1:last]
                self.found(lines, "dropped", first, last)

    def test_dropped_and_numbered_anew(self):
        lines = self.lines()
        del lines[699]
        for line in lines[699:-1]:
            line["sequence"] -= 1
        self.trail.rechain(lines, 699)
        self.assertEqual(self.found(lines, "forged", 700, self.trail.last - 1)[0][0], "forged")

    def test_inserted(self):
        lines = self.lines()
        lines.insert(700, dict(lines[700], actor="someone"))
        self.trail.rechain(lines[:701], 700)
        self.found(lines, "inserted", 701)

    def test_swapped(self):
        lines = self.lines()
        lines[699], lines[700] = lines[700], lines[699]
        self.found(lines, "swapped", 700, 701)

    def test_duplicated(self):
        lines = self.lines()
        lines.insert(700, lines[699])
        self.found(lines, "duplicated", 700)

    def test_another_host(self):
        lines = self.lines()
        lines[699]["host"] = "0" * 32
        self.found(lines, "foreign", 700)

    def test_seal_taken_off(self):
        lines = self.lines()
        lines[699]["mac"] = ""
        self.found(lines, "unsealed", 700)

    def test_cut_tail(self):
        """With the manifest made anew by the key on disk, only the anchor tells."""
        lines = self.lines()[:2000]
        last = lines[-1]
        self.trail.write("cut.jsonl", lines)
        status, findings = self.findings(self.path("cut.jsonl"))
        self.assertEqual(status, NOT_SOUND)
        self.assertIn(("cut", 2001, self.trail.last), findings)
        self.assertIn(("manifest", 1, last["sequence"]), findings)
        status, findings = self.findings(self.path("first.jsonl"), anchor=None)
        self.assertEqual((status, findings), (SOUND, []))
        done = self.verify(self.path("first.jsonl"), anchor=None)
        self.assertIn("complete only up to event", done.out)
        status, findings = self.findings(self.path("first.jsonl"))
        self.assertEqual([f[0] for f in findings], ["cut"])

    def test_rolled_back_with_its_key(self):
        """Root of an epoch kept its key, went back and wrote on: sound but for the anchor."""
        lines = self.lines()
        with open(self.path("checkpoint-early"), encoding="utf-8") as file:
            seen = json.loads(file.read())["checkpoint"]
        at = seen["sequence"] - 1
        key, epoch = self.trail.key(lines[at]["epoch"]), lines[at]["epoch"]
        start = next(i for i, line in enumerate(lines) if line.get("epoch") == epoch)
        lines = lines[:at + 1]
        lines[start]["actor"] = "someone"
        self.trail.rechain(lines, start, key, epoch)
        path = self.trail.write("rolled.jsonl", lines)
        kinds = [f[0] for f in self.findings(path, anchor="checkpoint-early")[1]]
        self.assertIn("rolled-back", kinds)
        kinds = [f[0] for f in self.findings(path, anchor=None)[1]]
        self.assertEqual(kinds, ["manifest"])

    def test_swapped_certificate(self):
        subprocess.run(["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:SM2",
                        "-out", self.path("other.key")], check=True, capture_output=True)
        subprocess.run(["openssl", "pkey", "-in", self.path("other.key"), "-pubout",
                        "-out", self.path("other.pem")], check=True, capture_output=True)
        status, findings = self.findings(self.path("all.jsonl"), anchor=None, certificate="other.pem")
        self.assertEqual((status, [f[0] for f in findings]), (NOT_SOUND, ["signature"]))
        done = self.verify(self.path("all.jsonl"), certificate="other.pem")
        self.assertEqual(done.status, NOT_SOUND)
        self.assertIn("checkpoint", done.err)

    def test_missing_file(self):
        self.trail.write("late.jsonl", self.lines()[2000:])
        status, findings = self.findings(self.path("first.jsonl"), self.path("late.jsonl"))
        self.assertEqual(status, NOT_SOUND)
        half = self.trail.lines("first.jsonl")[-1]["manifest"]["last"]
        self.assertIn(("missing", half + 1, 2000), findings)
        done = self.verify(self.path("first.jsonl"), self.path("late.jsonl"))
        self.assertIn(f"trail-{half + 1:012}", done.out)

    def test_broken_archive(self):
        """It is named and located, and the other files are verified all the same."""
        half = self.trail.lines("first.jsonl")[-1]["manifest"]["last"]
        lines = self.trail.lines("first.jsonl")
        lines[99]["actor"] = "someone"
        before = self.trail.write("before.jsonl", lines)
        with open(self.path("second.jsonl.zst"), "rb") as file:
            whole = file.read()
        broken = self.path("broken.jsonl.zst")
        for at in [12, 4000] + [len(whole) * part // 8 for part in range(1, 8)] + [len(whole) - 2]:
            with self.subTest(at=at):
                data = bytearray(whole)
                data[at] ^= 0x40
                with open(broken, "wb") as file:
                    file.write(data)
                status, findings = self.findings(before, broken)
                self.assertEqual(status, NOT_SOUND)
                self.assertIn(("edited", 100, 100), findings)
                damaged = [first for kind, first, _ in findings if kind == "damaged"]
                self.assertEqual(len(damaged), 1, findings)
                self.assertGreater(damaged[0], half)
                self.assertIn("broken.jsonl.zst", self.verify(before, broken).out)
        data = whole[:len(whole) // 2]
        with open(broken, "wb") as file:
            file.write(data)
        self.assertIn("damaged", [f[0] for f in self.findings(self.path("first.jsonl"), broken)[1]])

    def test_a_line_cut_through(self):
        lines = self.lines()
        with open(self.trail.write("torn.jsonl", lines), encoding="utf-8") as file:
            text = file.read().splitlines(keepends=True)
        with open(self.path("torn.jsonl"), "w", encoding="utf-8") as file:
            file.write("".join(text[:699]) + text[699][:200])
        status, findings = self.findings(self.path("torn.jsonl"))
        self.assertEqual(status, NOT_SOUND)
        self.assertIn(("damaged", 700, 700), findings)
        self.assertIn(("cut", 700, self.trail.last), findings)

    def test_sentences_in_both_languages(self):
        lines = self.lines()
        lines[699]["actor"] = "someone"
        path = self.trail.write("said.jsonl", lines)
        self.assertIn("event 700 was altered", self.verify(path).out)
        chinese = self.verify(path, language="zh")
        self.assertEqual(chinese.status, NOT_SOUND)
        self.assertRegex(chinese.out, "第 700 条事件.*改动")


class TestReading(AuditTest):
    def show(self, *words):
        done = audit("show", "--json", *words, self.path("all.jsonl"))
        self.assertEqual(done.status, SOUND, done)
        return [json.loads(line) for line in done.out.splitlines()]

    def test_filters(self):
        events = self.original[:-1]
        for words, wanted in (
                (["--account", "user012"], lambda e: "user012" in (e["actor"], e["subject"])),
                (["--actor", "sunjie"], lambda e: e["actor"] == "sunjie"),
                (["--tag", "GD-16"], lambda e: e["tag"] == "GD-16"),
                (["--rule", "device"], lambda e: e["rule"] == "device"),
                (["--outcome", "refused"], lambda e: e["outcome"] == "refused"),
                (["--action", "login"], lambda e: e["action"].startswith("login.")),
                (["--address", "10.77.1.9"], lambda e: e["address"] == "10.77.1.9"),
                (["--address", "10.77.2.0/23"], lambda e: e["address"].startswith(("10.77.2.", "10.77.3."))),
                (["--from", "2026-03-10", "--to", "2026-03-10"], lambda e: e["at"].startswith("2026-03-10"))):
            with self.subTest(words=words):
                expected = [e["sequence"] for e in events if wanted(e)]
                self.assertTrue(expected)
                self.assertEqual([e["sequence"] for e in self.show(*words)], expected)

    def test_who_looked_at_a_person(self):
        looks = [e for e in self.original[:-1] if e["action"] == "person.show"]
        person = looks[0]["object"]
        user = "user" + person[-3:]
        shown = self.show("--person", person, "--looked")
        self.assertEqual([e["sequence"] for e in shown],
                         [e["sequence"] for e in looks if e["object"] == person])
        everything = self.show("--person", person)
        self.assertEqual({e["subject"] for e in everything}, {user, ""})  # the person's account too

    def test_wrong_words(self):
        for words in (["--address", "10.77"], ["--from", "soon"], ["--events", "0"], ["--no-such"]):
            with self.subTest(words=words):
                self.assertEqual(audit("show", *words, self.path("all.jsonl")).status, USAGE)
        for words in ([], ["show"], ["nonsense", "x"], ["report", self.path("all.jsonl")],
                      ["follow", "a", "b"], ["diff", "a"]):
            with self.subTest(words=words):
                self.assertEqual(audit(*words).status, USAGE)
        self.assertEqual(audit("show", self.path("no-such")).status, SYSTEM)
        self.assertEqual(audit("show", "/etc/passwd").status, SYSTEM)

    def test_diff(self):
        self.assertEqual(audit("diff", self.path("all.jsonl"), self.path("all.csv")).status, SOUND)
        lines = self.lines()
        lines[9]["actor"] = "someone"
        self.trail.rechain(lines, 9)
        done = audit("diff", self.path("all.jsonl"), self.trail.write("other.jsonl", lines))
        self.assertEqual((done.status, done.out), (NOT_SOUND, f"! 10-{self.trail.last}  different\n"))

    def test_stats(self):
        counted = json.loads(audit("stats", "--json", self.path("all.jsonl")).out)
        self.assertEqual(counted["events"], self.trail.last)
        self.assertEqual(sum(counted["days"].values()), self.trail.last)

    def test_memory_does_not_grow_with_the_file(self):
        with tempfile.TemporaryDirectory(prefix="gdpop-audit-") as large:
            Trail(large, 60000)
            for command in ("verify", "show", "stats"):
                peaks = []
                for path in (self.path("all.jsonl"), os.path.join(large, "all.jsonl")):
                    measure = ("import resource, subprocess, sys; subprocess.run(sys.argv[1:], "
                               "stdout=subprocess.DEVNULL); "
                               "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)")
                    done = subprocess.run([sys.executable, "-c", measure, PROGRAM, command, path],
                                          check=True, text=True, stdout=subprocess.PIPE)
                    peaks.append(int(done.stdout))
                with self.subTest(command=command, peaks_kib=peaks):
                    self.assertLess(peaks[1], peaks[0] + 4096)


class TestFollow(AuditTest):
    def start(self, *words, **options):
        process = subprocess.Popen([PROGRAM, "follow", *words], text=True, stdout=subprocess.PIPE,  # pylint: disable=consider-using-with
                                   stderr=subprocess.PIPE, env={"LC_ALL": "C.UTF-8"}, **options)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        return process

    def raw(self, first, last):
        with open(self.path("all.jsonl"), encoding="utf-8") as file:
            return file.readlines()[first - 1:last]

    def test_a_growing_file(self):
        path = self.path("growing.jsonl")
        with open(path, "w", encoding="utf-8") as growing:
            growing.writelines(self.raw(1, 10))
            growing.flush()
            process = self.start("--seal-key", self.path("seal-key"), path)
            for number in range(1, 11):
                self.assertTrue(process.stdout.readline().startswith(f"{number} "))
            line = self.raw(11, 11)[0]
            growing.write(line[:100])  # half a line is no line
            growing.flush()
            growing.write(line[100:])
            growing.flush()
            self.assertTrue(process.stdout.readline().startswith("11 "))
            growing.writelines(self.raw(12, len(self.original)))
        self.assertEqual(len(process.stdout.readlines()), self.trail.last - 11)
        self.assertEqual(process.wait(), SOUND)  # the manifest is the end

    def test_a_file_taken_away(self):
        path = self.path("away.jsonl")
        with open(path, "w", encoding="utf-8") as file:
            file.writelines(self.raw(1, 3))
        process = self.start(path)
        for _ in range(3):
            process.stdout.readline()
        os.unlink(path)
        self.assertEqual(process.wait(), SOUND)

    def test_what_does_not_fit_is_told_as_it_comes(self):
        process = self.start("-", stdin=subprocess.PIPE)
        lines = self.raw(1, 10)
        lines[4] = lines[4].replace('"actor":"', '"actor":"x')
        process.stdin.write("".join(lines))
        process.stdin.flush()
        said = [process.stdout.readline() for _ in range(11)]
        self.assertEqual([line for line in said if line.startswith("!! ")],
                         ["!! event 5, or the digest of the one before it, was altered\n"])
        process.stdin.close()
        self.assertEqual(process.wait(), NOT_SOUND)
        process.stdin = None

    def test_a_stream_that_comes_twice(self):
        """As from a forwarder whose connection broke: checkpoints among the events, some again."""
        with open(self.path("checkpoint-early"), encoding="utf-8") as file:
            checkpoint = file.read()
        stream = self.raw(1, 20) + [checkpoint] + self.raw(15, 30)
        done = audit("follow", "--seal-key", self.path("seal-key"), "-", input="".join(stream))
        self.assertEqual(done.status, SOUND, done)
        self.assertEqual([line.split()[0] for line in done.out.splitlines()],
                         [str(n) for n in range(1, 31)])

    def test_filters_and_json(self):
        with open(self.path("all.jsonl"), encoding="utf-8") as file:
            done = audit("follow", "--json", "--tag", "GD-16", "-", stdin=file)
        self.assertEqual(done.status, SOUND, done)
        self.assertEqual([json.loads(line)["sequence"] for line in done.out.splitlines()],
                         [e["sequence"] for e in self.original[:-1] if e["tag"] == "GD-16"])


if __name__ == "__main__":
    unittest.main()

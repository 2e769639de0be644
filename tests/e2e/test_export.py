"""Exports of the trail in all their forms, as the audit duty makes them and the auditor reads them."""

import base64
import csv
import hashlib
import io
import json
import os
import re
import unittest
import zipfile

from host import AUDIT, PEOPLE, SECURITY, SYSTEM, HostTest, number_of
from lab import PASSWORD

DONE, REFUSED, USAGE, NOT_AUTHORISED, SYSTEM_ERROR = range(5)
DIRECTORY = "/root/exports"
KEPT = "--seal-key /root/secrets/seal-key --certificate /root/secrets/checkpoint.pem"
# Personal data that are never in the trail: names and numbers of people.
FORMULA = '=HYPERLINK("http://example.test","x")'


class TestExport(HostTest):
    operators = ("zhangsan",)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        os.makedirs(DIRECTORY)
        cls.host.admin(f"account freeze zhangsan --reason '{FORMULA}'", by=SECURITY)
        for user in (SYSTEM, SECURITY, AUDIT):
            cls.host.choose_password(user)

    def export(self, name, words, check=True):
        path = f"{DIRECTORY}/{name}"
        done = self.host.admin(f"audit export --purpose 五月审计 --out {path} {words}", by=AUDIT,
                               check=check)
        return path if check else done

    def audit(self, words, status=DONE):
        done = self.lab.sh(f"gdpop-audit {words}", check=False)
        self.assertEqual(done.status, status, done)
        return done.text

    def sheets(self, path):
        """The workbook's sheets: rows of cells, every one a string."""
        found = {}
        with zipfile.ZipFile(path) as book:
            names = re.findall(r'<sheet name="([^"]*)"', book.read("xl/workbook.xml").decode())
            for number, name in enumerate(names, 1):
                xml = book.read(f"xl/worksheets/sheet{number}.xml").decode()
                self.assertNotIn("<f>", xml)
                kinds = set(re.findall(r'<c r="[A-Z]+\d+"[^>]*? t="(\w+)"', xml))
                self.assertEqual(kinds, {"inlineStr"})
                self.assertEqual(len(re.findall("<c r=", xml)), len(re.findall(' t="inlineStr"', xml)))
                found[name] = [dict(re.findall(r'<c r="([A-Z]+)\d+"[^>]*><is><t[^>]*>([^<]*)</t>', row))
                               for row in re.findall("<row [^>]*>(.*?)</row>", xml)]
        return found

    def test_every_form_is_whole_and_private(self):
        for form in ("jsonl", "csv", "csv --encoding gb18030", "xlsx", "html"):
            with self.subTest(form=form):
                name = "whole-" + form.replace(" ", "")
                path = self.export(name, f"--format {form}")
                self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)
                said = self.audit(f"verify {KEPT} {path}")
                self.assertNotIn("not checked", said)
                signed = form in ("xlsx", "html")
                self.assertEqual(sorted(n for n in os.listdir(DIRECTORY) if n.startswith(name)),
                                 [name] + [f"{name}.manifest"] * signed)
                event = self.host.events(action="audit.export")[-1]
                self.assertEqual((event["actor"], event["detail"]), (AUDIT, "五月审计"))
                again = self.export(name, f"--format {form}", check=False)
                self.assertEqual(again.status, USAGE, again)

    def test_records_of_a_leaver(self):
        """GD-10: one command, one file that carries its signature, checked where there is no store."""
        self.host.admin(f"account leave zhangsan --on {self.host.today()} --reason resigned", by=SECURITY)
        number = number_of("zhangsan")
        for form in ("html", "jsonl"):
            with self.subTest(form=form):
                path = f"{DIRECTORY}/leave.{form}"
                said = self.host.admin(f"leave gather zhangsan --format {form} --out {path}", by=AUDIT)
                self.assertIn("zhangsan", said.text)
                with open(path, encoding="utf-8") as file:
                    text = file.read()
                self.assertNotIn(number, text)
                self.assertIn("account.leave", text)
                self.assertEqual(os.listdir(DIRECTORY).count(f"leave.{form}.manifest"), 0)
                self.audit(f"verify --certificate /root/secrets/checkpoint.pem {path}")
                with open(path, "w", encoding="utf-8") as file:
                    file.write(text.replace("account.leave", "account.stays", 1))
                self.audit(f"verify --certificate /root/secrets/checkpoint.pem {path}", status=REFUSED)
                if form == "html":
                    style = re.search("<style>(.*?)</style>", text, re.S)[1]
                    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
                    self.assertIn(f"style-src 'sha256-{digest}'", text)
                    self.assertNotIn(FORMULA, text)  # its quotes are escaped
                    self.assertNotIn("<script", text)
                else:
                    rows = [json.loads(line) for line in text.splitlines()]
                    self.assertEqual(rows[0]["leave"], "zhangsan")
                    self.assertEqual(rows[-1]["manifest"]["form"], "leave")
                    self.assertLess({"leaving", "person", "account", "agreements", "devices"},
                                    {row.get("section") for row in rows})
        refused = self.host.admin(f"leave gather zhangsan --out {DIRECTORY}/other", by=SECURITY, check=False)
        self.assertEqual(refused.status, NOT_AUTHORISED, refused)
        self.assertFalse(os.path.exists(f"{DIRECTORY}/other"))

    def test_masked_unless_asked(self):
        for form in ("jsonl", "csv", "xlsx", "html"):
            path = self.export(f"masked.{form}", f"--format {form}")
            with open(path, "rb") as file:
                data = file.read()
            if form == "xlsx":
                data = json.dumps(self.sheets(path), ensure_ascii=False).encode()
            for text in (number_of("zhangsan"), PEOPLE["zhangsan"][0], PEOPLE["zhangsan"][2]):
                self.assertNotIn(text.encode(), data, form)

    def test_no_spreadsheet_computes_anything(self):
        path = self.export("formula.csv", "--format csv")
        with open(path, encoding="utf-8", newline="") as file:
            text = file.read()
        self.assertTrue(text.startswith("\ufeff"))
        rows = list(csv.reader(io.StringIO(text[1:])))
        self.assertTrue(any(cell.startswith("'" + FORMULA) for row in rows for cell in row))
        for row in rows:
            for cell in row:
                self.assertNotIn(cell[:1], ("=", "+", "-", "@", "\t"))
        book = self.sheets(self.export("formula.xlsx", "--format xlsx"))
        self.assertEqual(sorted(book), ["events", "manifest"])
        self.assertEqual(book["events"][0]["A"], "sequence")
        self.assertTrue(any(cell.startswith(FORMULA) for row in book["events"] for cell in row.values()))

    def test_gb18030(self):
        path = self.export("chinese.csv", "--format csv --encoding gb18030")
        with open(path, "rb") as file:
            data = file.read()
        self.assertIn("五月审计".encode("gb18030"), data)
        self.assertNotIn("五月审计".encode(), data)
        self.assertTrue(data.startswith(b"sequence,at,"))
        done = self.export("no.jsonl", "--encoding gb18030", check=False)
        self.assertEqual(done.status, USAGE, done)

    def test_a_copy_that_was_altered(self):
        for form, old, new in (("html", b"data", b"Data"), ("xlsx", b"PK\x05\x06", b"PK\x05\x07")):
            path = self.export(f"altered.{form}", f"--format {form}")
            said = self.audit(f"verify {KEPT} {path}")
            self.assertIn("五月审计", said)
            with open(path, "rb") as file:
                data = file.read()
            with open(path, "wb") as file:
                file.write(data.replace(old, new, 1))
            self.audit(f"verify {KEPT} {path}", status=REFUSED)
            with open(path, "wb") as file:
                file.write(data)
            with open(f"{path}.manifest", encoding="utf-8") as file:
                manifest = file.read()
            with open(f"{path}.manifest", "w", encoding="utf-8") as file:
                file.write(manifest.replace("五月", "六月"))
            self.audit(f"verify {KEPT} {path}", status=REFUSED)
            os.unlink(f"{path}.manifest")
            self.audit(f"verify {KEPT} {path}", status=SYSTEM_ERROR)

    def test_a_full_disk_leaves_nothing(self):
        small = "/root/small"
        os.makedirs(small, exist_ok=True)
        self.lab.sh(f"mount -t tmpfs -o size=16k tmpfs {small}")
        self.addCleanup(self.lab.sh, f"umount {small}")
        for form in ("jsonl", "csv", "xlsx", "html"):
            with self.subTest(form=form):
                done = self.host.admin(f"audit export --purpose x --format {form} --out {small}/x",
                                       by=AUDIT, check=False)
                self.assertEqual(done.status, SYSTEM_ERROR, done)
                self.assertEqual(os.listdir(small), [])

    def test_unmasked_before_a_witness(self):
        terminal = self.assertOpen(self.host.session(AUDIT))
        self.addCleanup(terminal.close)
        secret = self.host.password
        for form in ("csv", "xlsx"):
            done = terminal.run(f"sudo gdpop-admin audit export --unmasked --format {form} "
                                f"--purpose 核对 --out unmasked.{form} --witness {SECURITY}",
                                [(PASSWORD, secret[AUDIT]), (PASSWORD, secret[SECURITY])])
            self.assertEqual(done.status, DONE, done)
            path = f"/home/{AUDIT}/unmasked.{form}"
            if form == "csv":
                with open(path, encoding="utf-8-sig", newline="") as file:
                    rows = list(csv.DictReader(file))
                told = {(row["subject"], row["subject_name"], row["subject_number"]) for row in rows}
                self.assertIn(("zhangsan", PEOPLE["zhangsan"][0], number_of("zhangsan")), told)
            else:
                self.assertIn(number_of("zhangsan"), str(self.sheets(path)["events"]))
            self.audit(f"verify {KEPT} {path}")
            event = self.host.events(action="audit.export")[-1]
            self.assertEqual(event["detail"], f"witnesses={SECURITY}; unmasked; 核对")
        self.assertEqual(self.export("alone.csv", "--unmasked --format csv", check=False).status,
                         NOT_AUTHORISED)
        self.assertFalse(os.path.exists(f"{DIRECTORY}/alone.csv"))

    def test_unmasked_goes_with_tables(self):
        terminal = self.assertOpen(self.host.session(AUDIT))
        self.addCleanup(terminal.close)
        done = terminal.run(f"sudo gdpop-admin audit export --unmasked --purpose x --out x.jsonl "
                            f"--witness {SECURITY}", [(PASSWORD, self.host.password[AUDIT]),
                                                      (PASSWORD, self.host.password[SECURITY])])
        self.assertEqual(done.status, USAGE, done)


if __name__ == "__main__":
    unittest.main()

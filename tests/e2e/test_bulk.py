"""Long tables: every error at its line and column, bounded memory, and logins that go on meanwhile.

tests/bench/bulk.py runs the same with 100,000 lines.
"""

import json
import os
import re
import subprocess
import time
import unittest

from host import AUDIT, FORM, PAPERS, SECRETS, SYSTEM, HostTest, id_number

SURNAMES = "赵钱孙李周吴郑王冯陈"
ERRORS = [  # column from 1, and what stands in it
    (1, "Li.Ming"), (2, ""), (3, "440106195001012345"), (3, "4.40106E+17"), (4, "nowhere"),
    (7, "12"), (8, "nosystem"), (9, "norole"), (1, "u000000"), (3, None),
]


def number_of(i):
    return id_number(f"{1951 + i % 50}{1 + i // 50 % 12:02d}{1 + i // 600 % 28:02d}",
                     200 + i // 16800)


def row(i):
    return [f"u{i:06d}", SURNAMES[i % 10] + SURNAMES[i // 10 % 10], number_of(i), "thws",
            '"人口科, 一组"', "科员", f"139{i:08d}", "population", "entry"]


class Bulk(HostTest):
    rows = 3000
    kib_most = 150 * 1024

    def write(self, rows):
        """As a spreadsheet saves it."""
        path = f"{PAPERS}/bulk.csv"
        with open(path, "w", encoding="utf-8-sig", newline="") as file:
            file.write(FORM + "\r\n")
            file.writelines(",".join(r) + "\r\n" for r in rows)
        return path

    def start(self, words):
        argv = ["gdpop-admin", "--json", "--as", SYSTEM, "--password-file",
                f"{SECRETS}/{SYSTEM}.password"] + words
        with open("/run/bulk.out", "w", encoding="utf-8") as out:
            return subprocess.Popen(argv, stdout=out, stderr=subprocess.DEVNULL)

    def finish(self, process):
        """Its exit status and answer; what it took is told and its memory bounded."""
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        print(f"{process.args[5:7]}: {self.rows} rows, {time.monotonic() - self.began:.1f} s, "
              f"{used.ru_utime + used.ru_stime:.1f} s of processor, {used.ru_maxrss >> 10} MiB")
        self.assertLess(used.ru_maxrss, self.kib_most)
        with open("/run/bulk.out", encoding="utf-8") as out:
            return process.returncode, json.load(out)

    def setUp(self):
        self.began = time.monotonic()

    def test_1_every_error_has_its_place_and_nothing_is_written(self):
        rows = [row(i) for i in range(self.rows)]
        wanted, errors = [], self.rows // 100
        for k in range(errors):
            i = (k + 1) * (self.rows - 1) // errors
            column, text = ERRORS[k % len(ERRORS)]
            rows[i][column - 1] = rows[0][2] if text is None else text
            wanted.append((i + 2, column))
        status, answer = self.finish(self.start(["account", "import", self.write(rows)]))
        self.assertNotEqual(status, 0)
        told = [(p["line"], p.get("column")) for p in answer["error"]["problems"]]
        self.assertEqual(told, wanted, answer["error"]["problems"])
        self.assertFalse(self.host.admin("account show u000000", check=False).ok)

    def test_2_logins_go_on_while_all_are_written(self):
        table = self.write(row(i) for i in range(self.rows))
        process, logins = self.start(["account", "import", table]), 0
        while os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
            result = self.host.ssh("zhangsan", command="id -un")
            self.assertTrue(result.ok, result)
            logins += 1
        status, answer = self.finish(process)
        self.assertEqual((status, len(answer)), (0, self.rows))
        self.assertGreater(logins, 0)
        last = self.host.row(f"account show u{self.rows - 1:06d}")
        self.assertEqual(last["state"], "applied")

    def entered(self):
        """How many rows the events of the import say, each piece behind the one before."""
        at = 0
        for event in self.host.rows("audit list --action account.import --last 10000",
                                    by=AUDIT):
            first, last, count = map(int, re.findall(r"\d+", event["detail"]))
            if count == len(self.table) and first == at + 1:
                at = last
        return at

    def there(self):
        """The users of the table that are applied for, in its order."""
        wanted = {r[0] for r in self.table}
        return sorted(wanted & {a["user"] for a in self.host.rows("account list --state applied")})

    def sound(self):
        rows = json.loads(self.host.admin("--json status --check", by=AUDIT, check=False).text)
        items = {row["item"]: row for row in rows}
        return items["problems"]["ok"] and items["trail_verified"]["ok"]

    def test_3_who_was_killed_goes_on_where_the_pieces_end(self):
        """Killed once the first piece is written, and once more; whole at last. Wherever that meets
        it: tests/storm/storm_import kills at random."""
        self.table = [["k" + r[0][1:], *r[1:]] for r in map(row, range(self.rows + 1))]
        for i, r in enumerate(self.table):
            r[2] = number_of(self.rows + i)
        path, kills, status = self.write(self.table), 0, None
        while status is None:
            before, process = self.entered(), self.start(["account", "import", path])
            while process.poll() is None and (kills == 2 or self.entered() == before):
                time.sleep(0.05)
            status = process.returncode
            if status is None:
                process.kill()
                process.wait()
                kills += 1
            self.assertEqual(self.there(), [r[0] for r in self.table[:self.entered()]])
            self.assertTrue(self.sound())
        self.assertEqual((status, self.entered()), (0, len(self.table)))
        with open("/run/bulk.out", encoding="utf-8") as out:
            lines = [row["line"] for row in json.load(out)]
        self.assertEqual(lines[-1], len(self.table) + 1)
        self.assertEqual(len(lines) < len(self.table), kills > 0)
        again = self.finish(self.start(["account", "import", path]))
        self.assertNotEqual(again[0], 0)
        self.assertEqual((again[1]["error"]["problems"][0]["line"], self.sound()), (2, True))

    def test_4_as_many_are_taken_over(self):
        with open(f"{PAPERS}/passwd", "w", encoding="utf-8") as passwd, \
                open(f"{PAPERS}/shadow", "w", encoding="utf-8") as shadow:
            for i in range(self.rows):
                passwd.write(f"old{i:06d}:x:{200000 + i}:{200000 + i}::/home/old{i:06d}:/bin/sh\n")
                shadow.write(f"old{i:06d}:$y$j9T$abcdefghijklmnopqrstu.${'A' * 43}:20000:0:::::\n")
        process = self.start(["account", "adopt", "--passwd", f"{PAPERS}/passwd", "--shadow",
                              f"{PAPERS}/shadow"])
        while os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
            result = self.host.ssh("zhangsan", command="id -un")
            self.assertTrue(result.ok, result)
        status, answer = self.finish(process)
        self.assertEqual((status, len(answer)), (0, self.rows))
        named = self.lab.sh(f"getent passwd old{self.rows - 1:06d}").text
        self.assertEqual(named.split(":")[2], str(200000 + self.rows - 1))


if __name__ == "__main__":
    unittest.main()

"""Names from the snapshot, as programs of every user see them."""

import os
import shutil
import subprocess
import unittest

from host import SECURITY, SYSTEM, HostTest
from lab import environment

SNAPSHOT = "/var/lib/gdpop-nss/snapshot"
USERS = ("zhangsan", "lisi", "wangwu")
READER = """
import os, pwd
while not os.path.exists('/tmp/stop'):
    assert pwd.getpwnam('zhangsan').pw_dir == '/home/zhangsan'
    assert len([p for p in pwd.getpwall() if p.pw_name == 'zhangsan']) == 1
"""


class TestNss(HostTest):
    operators = USERS

    def text(self, command, user=None, check=True):
        return self.lab.sh(command, user=user, check=check).text.strip()

    def replace(self, content):
        """Another snapshot, as a publisher puts it there; None: none."""
        if content is None:
            os.unlink(SNAPSHOT)
            return
        with open(SNAPSHOT + ".new", "wb") as file:
            file.write(content)
        os.chmod(SNAPSHOT + ".new", 0o644)
        os.rename(SNAPSHOT + ".new", SNAPSHOT)

    def content(self):
        with open(SNAPSHOT, "rb") as file:
            return file.read()

    def test_everybody_sees_the_same(self):
        for command in ("getent passwd", "getent group", "id zhangsan", "id linhai",
                        "getent passwd zhangsan lisi", "getent group gdpop-audit"):
            with self.subTest(command=command):
                seen = self.text(command)
                self.assertTrue(seen)
                self.assertEqual(self.text(command, user="nobody"), seen)

    def test_a_line_has_no_hash_and_no_personal_data(self):
        line = self.text("getent passwd zhangsan", user="nobody")
        self.assertRegex(line, r"^zhangsan:x:(\d+):\1::/home/zhangsan:/bin/bash$")
        self.assertEqual(self.text("getent shadow zhangsan", check=False), "")
        for secret in ("张三", "$y$", "440106", "13900000011"):
            self.assertNotIn(secret.encode(), self.content())
        self.assertEqual(os.stat(SNAPSHOT).st_mode & 0o777, 0o644)

    def test_by_number_and_by_name(self):
        for user in ("zhangsan", "lisi"):
            number = self.text(f"id -u {user}")
            for base in ("passwd", "group"):
                self.assertEqual(self.text(f"getent {base} {number}"),
                                 self.text(f"getent {base} {user}"))

    def test_groups_of_the_duties(self):
        for user, group in ((SYSTEM, "gdpop-system"), (SECURITY, "gdpop-security")):
            self.assertIn(group, self.text(f"id -Gn {user}", user="nobody").split())
            self.assertRegex(self.text(f"getent group {group}"), rf":{user}$")
        self.assertEqual(self.text("id -Gn zhangsan").split(), ["zhangsan", "gdpop-entry"])

    def test_local_names_come_first_and_none_stands_twice(self):
        listed = self.text("getent passwd").splitlines()
        self.assertTrue(listed[0].startswith("root:"))
        names = [line.split(":")[0] for line in listed]
        self.assertEqual(len(names), len(set(names)))
        self.assertLessEqual(set(USERS), set(names))

    def test_unknown_names(self):
        for name in ("nosuchuser", "Zhangsan", "zhangsan ", "x" * 300, "张三"):
            self.assertEqual(self.text(f"getent passwd '{name}'; true"), "")

    def test_files_show_their_owners(self):
        self.lab.sh("install -o zhangsan -g zhangsan /dev/null /tmp/theirs")
        self.assertEqual(self.text("stat -c %U:%G /tmp/theirs", user="nobody"),
                         "zhangsan:zhangsan")

    def test_an_account_appears_when_it_is_active(self):
        host = self.host
        host.apply("qianqi")
        self.assertEqual(self.text("getent passwd qianqi; true"), "")
        host.approve("qianqi")
        self.assertEqual(self.text("getent passwd qianqi; true"), "")
        host.pledge("qianqi")
        self.assertTrue(self.text("getent passwd qianqi", user="nobody"))

    def test_a_closed_account_keeps_its_name_without_a_shell(self):
        number = self.text("id -u wangwu")
        self.host.admin("account close wangwu --reason 离职 --confirm wangwu")
        line = self.text("getent passwd wangwu", user="nobody")
        self.assertRegex(line, rf"^wangwu:x:{number}:.*:/usr/sbin/nologin$")

    def test_readers_meet_no_gap_while_it_is_replaced(self):
        """Programs that look names up all the time, while new snapshots are published."""
        readers = [subprocess.Popen(["/usr/bin/python3", "-c", READER], env=environment())
                   for _ in range(3)]
        inode = os.stat(SNAPSHOT).st_ino
        for user in ("zhaoliu", "sunba", "zhoujiu"):
            self.host.apply(user)
            self.host.complete(user)
        self.lab.write("/tmp/stop", "")
        self.assertEqual([reader.wait(60) for reader in readers], [0, 0, 0])
        self.assertNotEqual(os.stat(SNAPSHOT).st_ino, inode)

    def test_missing_or_damaged_is_no_crash_and_local_names_stay(self):
        good = self.content()
        self.addCleanup(self.replace, good)
        damaged = {"empty": b"", "short": good[:40], "half": good[:len(good) // 2],
                   "zeros": bytes(len(good)), "noise": os.urandom(len(good)),
                   "turned": bytes(b ^ 0xff if 64 < i < 400 else b for i, b in enumerate(good)),
                   "long": good + b"x" * 4096, "missing": None}
        for kind, content in damaged.items():
            with self.subTest(kind=kind):
                self.replace(content)
                for user in (None, "nobody"):
                    self.assertEqual(self.text("id -un root", user=user), "root")
                    looked = self.lab.sh("getent passwd zhangsan", user=user, check=False)
                    self.assertEqual((looked.status, looked.text), (2, ""))
                    for command in ("getent passwd", "getent group", "id zhangsan"):
                        done = self.lab.sh(command, user=user, check=False)
                        self.assertIn(done.status, (0, 1, 2), done)
                    self.assertEqual(self.lab.sh("getent passwd root", user=user).status, 0)
        self.replace(good)
        self.assertTrue(self.text("getent passwd zhangsan", user="nobody"))

    def test_somebody_elses_file_is_not_believed(self):
        good = self.content()
        shutil.copy(SNAPSHOT, "/root/snapshot")
        self.addCleanup(self.replace, good)
        os.chown(SNAPSHOT, 12345, 12345)
        self.assertEqual(self.text("getent passwd zhangsan; true"), "")

    def test_the_next_change_publishes_a_missing_snapshot(self):
        os.unlink(SNAPSHOT)
        self.host.apply("wushi")
        self.host.complete("wushi")
        self.assertTrue(self.text("getent passwd wushi", user="nobody"))


if __name__ == "__main__":
    unittest.main()

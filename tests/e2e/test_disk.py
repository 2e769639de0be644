"""A disk that fills up: failures stop being recorded first, then personal logins stop; freezes,
administrators and break-glass go on, and so do they on a disk that is full altogether.
In memory here, on ext4 in test_disk_ext4."""

import json
import os
import shutil
import struct
import unittest

from host import AUDIT, RESCUE, SECURITY, SYSTEM, HostTest
from lab import PASSWORD, PROMPT

USER, OTHER = "zhangsan", "lisi"
STORE = "/var/lib/gdpop"
DISK_MIB, MAP_MIB = 200, 64
PAGE = 4096
# Pages that the disk still has.
LEFT = (0, 1, 2, 3, 5, 8, 12, 16, 24, 40)


def pages_in_use(data):
    """Of LMDB's file: those that its newest state reaches."""
    meta = max((0, PAGE), key=lambda at: struct.unpack_from("<Q", data, at + 144))
    pages, to_see = {0, 1}, list(struct.unpack_from("<Q40xQ", data, meta + 80))
    while to_see:
        page = to_see.pop()
        if page == 2 ** 64 - 1:
            continue
        pages.add(page)
        at = page * PAGE
        flags, lower = struct.unpack_from("<10xHH", data, at)
        for (start,) in struct.iter_unpack("<H", data[at + 16:at + lower]):
            low, high, kind, key = struct.unpack_from("<4H", data, at + start)
            value = at + start + 8 + key
            if flags & 1:  # a branch
                to_see.append(low | high << 16 | kind << 32)
            elif kind & 2:  # a table
                to_see += struct.unpack_from("<40xQ", data, value)
            elif kind & 1:  # a value in pages of its own
                first, = struct.unpack_from("<Q", data, value)
                count, = struct.unpack_from("<12xI", data, first * PAGE)
                pages |= set(range(first, first + count))
    return pages


class TestDisk(HostTest):
    operators = (USER, OTHER)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.host.choose_password(SECURITY)
        cls.mount()

    @classmethod
    def make_disk(cls):
        cls.lab.sh(f"mount -t tmpfs -o size={DISK_MIB}m,mode=700 tmpfs {STORE}")

    @classmethod
    def mount(cls):
        """The store moves to a small disk of its own, with the blocks of its file taken."""
        shutil.move(STORE, STORE + ".before")
        os.mkdir(STORE, 0o700)
        cls.make_disk()
        cls.lab.sh(f"cp -a {STORE}.before/. {STORE}/ && chmod 700 {STORE} && "
                   f"fallocate --keep-size --length {MAP_MIB}MiB {STORE}/data.mdb")

    def fill(self):
        """To the last block: what is deleted on a disk, or kept for a file that grows, may be free a
        moment later only."""
        self.lab.sh(f"sync; dd if=/dev/zero of={STORE}/filler bs=1M", check=False)
        for _ in range(20):
            self.lab.sh(f"sync; dd if=/dev/zero bs=1K of={STORE}/filler oflag=append conv=notrunc; "
                        "sync", check=False)
            if os.statvfs(STORE).f_bavail == 0:
                break

    def assertOnlyAdministrators(self):
        lab, host = self.lab, self.host
        self.assertRefused(host.ssh(USER, command="id"), "K01")
        self.assertTrue(lab.ssh(RESCUE, source="outside", command="id -un",
                                answers=[(PASSWORD, host.password[RESCUE])]).ok)
        self.assertTrue(host.ssh(SECURITY, command="id -un").ok)
        failures = len(host.events(action="login.auth", outcome="failed"))
        wrong = host.ssh(USER, answers=[(PASSWORD, "Wrong-Word-1")], command="id")
        self.assertEqual(wrong.outcome, PROMPT)
        self.assertEqual(len(host.events(action="login.auth", outcome="failed")), failures)

    def test_only_the_reserve_is_left(self):
        lab, host = self.lab, self.host
        inside = self.assertOpen(host.session(OTHER))
        self.assertTrue(host.ssh(USER, command="id").ok)
        # Room: the disk and the free part of the map. Between once and twice the reserve is room
        # for logins alone.
        host.admin("policy set reserve_mib 150 --reason test", by=SECURITY)
        self.assertTrue(host.ssh(USER, command="id").ok)
        failures = len(host.events(action="login.auth", outcome="failed"))
        self.assertEqual(host.ssh(USER, answers=[(PASSWORD, "Wrong-Word-1")],
                                  command="id").outcome, PROMPT)
        self.assertEqual(len(host.events(action="login.auth", outcome="failed")), failures)
        host.admin("policy set reserve_mib 400 --reason test", by=SECURITY)
        self.assertOnlyAdministrators()
        status = host.admin("status", check=False)
        self.assertEqual(status.status, 1)
        self.assertIn("audit prune", status.text)
        host.admin(f"account freeze {OTHER} --reason test")
        self.assertEqual(lab.processes(OTHER), [])
        self.assertNotEqual(inside.wait_end().status, 0)
        waiver = host.waive(USER, "reserve_strict", "no")
        self.assertTrue(host.ssh(USER, command="id").ok)
        host.admin(f"waiver end {waiver}", by=SECURITY)
        self.assertRefused(host.ssh(USER, command="id"), "K01")
        host.admin("policy reset reserve_mib", by=SECURITY)
        self.assertTrue(host.ssh(USER, command="id").ok)
        host.admin(f"account unfreeze {OTHER} --reason done", by=SECURITY)

    def test_a_full_disk(self):
        """What the map has is enough: its blocks were taken from the disk beforehand."""
        lab, host = self.lab, self.host
        self.fill()
        self.addCleanup(os.unlink, f"{STORE}/filler")
        self.assertEqual(os.statvfs(STORE).f_bavail, 0)
        self.assertTrue(host.ssh(USER, command="id").ok)
        inside = self.assertOpen(host.session(OTHER))
        room = json.loads(host.admin("--json status", check=False).text)
        self.assertIn(("free_mib", "0", False), [(r["item"], r["value"], r["ok"]) for r in room])
        host.admin("policy set reserve_mib 100 --reason test", by=SECURITY)
        self.addCleanup(host.admin, "policy reset reserve_mib", by=SECURITY)
        self.assertOnlyAdministrators()
        host.admin(f"account freeze {OTHER} --reason test", by=SYSTEM)
        self.assertNotEqual(inside.wait_end().status, 0)
        self.assertTrue(host.admin("audit verify", by=AUDIT).ok)
        host.admin(f"account unfreeze {OTHER} --reason done", by=SECURITY)

    def by_root(self, user, password):
        """pamtester as root; the exit status."""
        return self.lab.sh(f"pamtester login {user} authenticate", check=False,
                           stdin=password + "\n").status

    def freezes(self):
        return len(self.host.events(action="account.freeze", outcome="done", subject=OTHER))

    def punch(self):
        """Every page that a commit may write to loses its blocks, as if they had never been taken."""
        with open(f"{STORE}/data.mdb", "rb") as file:
            data = file.read()
        used = pages_in_use(data)
        holes = [(page * PAGE, PAGE) for page in range(len(data) // PAGE) if page not in used]
        for at, size in holes + [(len(data), MAP_MIB << 20)]:
            self.lab.sh(f"fallocate --punch-hole --offset {at} --length {size} {STORE}/data.mdb")

    def test_so_many_pages_are_left(self):
        """Without blocks of its own the store meets the end of the disk at each of its writes: what
        was acknowledged is there, what was refused is not, and nothing is half there."""
        lab, host, filler = self.lab, self.host, f"{STORE}/filler"
        self.addCleanup(lab.sh, f"rm -f {filler}; fallocate --length {MAP_MIB}MiB --keep-size {STORE}/data.mdb")
        frozen, expected, outcomes = False, self.freezes(), set()
        for left in LEFT:
            with self.subTest(left=left):
                self.punch()
                self.fill()
                lab.sh(f"truncate --size -{left * PAGE} {filler}; sync")
                logins = [self.by_root(USER, host.password[USER]) for _ in range(3)]
                self.assertLessEqual(set(logins), {0, 1})
                self.assertIn(self.by_root(USER, "Wrong-Word-1"), (0, 1))
                words = f"account {'un' if frozen else ''}freeze {OTHER} --reason test"
                done = host.admin(words, by=SECURITY if frozen else SYSTEM, check=False)
                self.assertIn(done.status, (0, 4), done)
                self.assertTrue(done.text, words)
                outcomes.add(done.ok)
                if done.ok:
                    expected += not frozen
                    frozen = not frozen
                self.assertEqual(self.by_root(RESCUE, host.password[RESCUE]), 0)
            os.unlink(filler)
            self.assertEqual(host.row(f"account show {OTHER}")["state"],
                             "frozen" if frozen else "active")
        self.assertEqual(outcomes, {False, True})  # the disk was full, and was not
        self.assertEqual(self.freezes(), expected)
        found = {row["item"]: row for row in json.loads(
            host.admin("--json status --check", by=AUDIT, check=False).text)}
        self.assertEqual((found["problems"]["value"], found["trail_verified"]["ok"]), ("0", True))
        host.admin(f"account unlock {USER}", by=SECURITY, check=False)
        if frozen:
            host.admin(f"account unfreeze {OTHER} --reason done", by=SECURITY)


if __name__ == "__main__":
    unittest.main()

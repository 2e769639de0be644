"""A disk that fills up: failures stop being recorded first, then personal logins stop; freezes,
administrators and break-glass go on, and so do they on a disk that is full altogether."""

import os
import shutil
import unittest

from host import AUDIT, RESCUE, SECURITY, SYSTEM, HostTest
from lab import PASSWORD, PROMPT

USER, OTHER = "zhangsan", "lisi"
STORE = "/var/lib/gdpop"
DISK_MIB, MAP_MIB = 200, 64


class TestDisk(HostTest):
    operators = (USER, OTHER)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.host.choose_password(SECURITY)
        cls.mount("mount -t tmpfs -o size={size}m,mode=700 tmpfs {store}")

    @classmethod
    def mount(cls, command):
        """The store moves to a small disk of its own, with the blocks of its file taken."""
        shutil.move(STORE, STORE + ".before")
        os.mkdir(STORE, 0o700)
        cls.lab.sh(command.format(size=DISK_MIB, store=STORE))
        cls.lab.sh(f"cp -a {STORE}.before/. {STORE}/ && chmod 700 {STORE} && "
                   f"fallocate --keep-size --length {MAP_MIB}MiB {STORE}/data.mdb")

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
        lab.sh(f"dd if=/dev/zero of={STORE}/filler bs=1M", check=False)
        self.addCleanup(os.unlink, f"{STORE}/filler")
        self.assertEqual(os.statvfs(STORE).f_bavail, 0)
        self.assertTrue(host.ssh(USER, command="id").ok)
        inside = self.assertOpen(host.session(OTHER))
        host.admin("policy set reserve_mib 100 --reason test", by=SECURITY)
        self.addCleanup(host.admin, "policy reset reserve_mib", by=SECURITY)
        self.assertOnlyAdministrators()
        host.admin(f"account freeze {OTHER} --reason test", by=SYSTEM)
        self.assertNotEqual(inside.wait_end().status, 0)
        self.assertTrue(host.admin("audit verify", by=AUDIT).ok)
        host.admin(f"account unfreeze {OTHER} --reason done", by=SECURITY)


if __name__ == "__main__":
    unittest.main()

"""login(1) at the console of a registered host, which is a workplace and can be a device."""

import unittest

from host import HostTest
from lab import PROMPT, SHELL

USER, OTHER = "zhangsan", "lisi"
CONSOLE = "/dev/tty1"
MACHINE = "6764706f706c61620000000000000001"


class TestConsole(HostTest):
    operators = (USER, OTHER)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        host = cls.host
        console = host.row("device add --kind computer --name 服务器 --serial S1 "
                           f"--responsible {host.person[USER]}")["id"]
        host.admin(f"device bind {console} {USER}")
        cls.register(console)

    @classmethod
    def register(cls, device):
        """This host again, with the device that its console is."""
        cls.host.admin(f"host retire {MACHINE} --confirm {MACHINE}")
        cls.host.admin("host register --name lab --org thws --system population "
                       f"--console hvc0 --device {device}")

    def login(self, user=USER, tty=CONSOLE):
        terminal = self.lab.login(user, self.host.password[user], tty=tty)
        self.addCleanup(terminal.close)
        return terminal

    def assertDenied(self, terminal, code):
        self.assertNotEqual(terminal.outcome, SHELL, terminal.text)
        self.assertIn(f" {code} ", terminal.text)

    def test_who_has_the_device_gets_in(self):
        terminal = self.login()
        self.assertEqual(terminal.outcome, SHELL, terminal.text)
        uid = self.lab.sh(f"id -u {USER}").text.strip()
        self.assertEqual(terminal.run("cat /proc/self/loginuid; echo").text.strip(), uid)
        live = [s for s in self.host.rows("session list") if s["account"] == USER]
        self.assertEqual([s["service"] for s in live], ["login"])
        terminal.run("exit")
        self.assertEqual([s for s in self.host.rows("session list") if s["account"] == USER], [])

    def test_another_person_needs_it_bound(self):
        self.assertDenied(self.login(OTHER), "V07")

    def test_a_terminal_that_is_no_console_is_no_place(self):
        self.assertDenied(self.login(tty=None), "W01")

    def test_wrong_password(self):
        terminal = self.lab.login(USER, "Wrong-Word-1", tty=CONSOLE)
        self.assertEqual(terminal.outcome, PROMPT)
        self.assertNotRegex(terminal.text, "[A-Z]{2}-")
        terminal.close()

    def test_unknown_name_looks_like_a_wrong_password(self):
        wrong = self.lab.login(USER, "Wrong-Word-1", tty=CONSOLE)
        unknown = self.lab.login("nobodyatall", "Wrong-Word-1", tty=CONSOLE)
        self.assertEqual(unknown.text.replace("nobodyatall", USER), wrong.text)

    def test_another_device_meanwhile(self):
        terminal = self.login()
        self.assertEqual(terminal.outcome, SHELL, terminal.text)
        self.assertRefused(self.host.ssh(USER, command="id"), "H01")
        terminal.run("exit")
        self.assertTrue(self.host.ssh(USER, command="id").ok)

    def test_a_freeze_ends_it(self):
        terminal = self.login()
        self.assertEqual(terminal.outcome, SHELL, terminal.text)
        self.host.admin(f"account freeze {USER} --reason x")
        terminal.wait_end()
        self.assertEqual(self.lab.processes(USER), [])
        refused = self.login()
        self.host.admin(f"account unfreeze {USER} --reason done", by="sunjie")
        self.assertDenied(refused, "F02")


if __name__ == "__main__":
    unittest.main()

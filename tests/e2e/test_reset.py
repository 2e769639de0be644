"""A forgotten password, by telephone: call-back, a second administrator, a code, an own password."""

import re
import unittest

from host import NEW, RETYPE, SECURITY, SYSTEM, HostTest
from lab import ENDED, PASSWORD

USER, OTHER = "zhangsan", "lisi"
NOT_AUTHORISED, REFUSED = 3, 1


class TestReset(HostTest):
    operators = (USER, OTHER)

    def open(self, user=USER):
        return self.host.row(f"reset open {user} --reason 忘记密码")

    def code(self, user=USER):
        self.open(user)
        self.host.admin(f"reset confirm {user}", by=SECURITY)
        return self.host.row(f"reset code {user}")["code"]

    def enter(self, code, new=None, **options):
        """Logs in with a code, and chooses a password when asked."""
        answers = [(PASSWORD, code)]
        if new:
            answers += [(NEW, new), (RETYPE, new)]
        return self.host.ssh(USER, answers=answers, command="id -un", **options)

    def test_a_code_leads_to_an_own_password(self):
        shown = self.open()
        self.assertEqual((shown["call_back"], shown["organisation"]), ("13900000011", "thws"))
        self.assertRegex(shown["id_number_end"], r"^\d{3}[\dX]$")
        self.assertEqual(self.host.admin(f"reset code {USER}", check=False).status, REFUSED)
        self.assertEqual(self.host.admin(f"reset confirm {USER}", check=False).status,
                         NOT_AUTHORISED)
        old, code = self.host.password[USER], self.code()
        self.assertRegex(code, r"^\d{10}$")
        done = self.enter(f"{code[:3]} {code[3:6]} {code[6:]}", "Xin-Mi-Ma-26!")
        self.assertTrue(done.ok and USER in done.text, done)
        self.assertNotEqual(self.host.ssh(USER, answers=[(PASSWORD, old)], command="id").outcome,
                            ENDED)
        self.host.know_password(USER, "Xin-Mi-Ma-26!")
        self.assertTrue(self.host.ssh(USER, command="id").ok)
        again = self.enter(code)
        self.assertFalse(again.ok, again)
        actions = [(e["action"], e["actor"]) for e in self.host.events(subject=USER)
                   if re.match(r"reset|password", e["action"])]
        self.assertEqual(actions[-5:], [("reset.open", SYSTEM), ("reset.confirm", SECURITY),
                                        ("reset.code", SYSTEM), ("reset.used", USER),
                                        ("password.change", USER)])

    def test_a_code_is_for_one_login(self):
        code = self.code()
        terminal = self.host.session(USER, answers=[(PASSWORD, code)])
        self.assertRegex(terminal.text, NEW)
        terminal.close()
        for password in (code, self.host.password[USER]):
            self.assertFalse(self.enter(password).ok)
        self.host.give_password(USER)
        self.host.choose_password(USER, "Zai-Lai-Yi-31!")

    def test_a_code_is_of_the_workplace_and_the_bound_device(self):
        code = self.code()
        for options in ({"source": "other"}, {"key": self.lab.key(f"{OTHER}-pc")}):
            with self.subTest(options=options):
                self.assertFalse(self.enter(code, **options).ok)
        self.assertFalse(self.host.ssh(OTHER, answers=[(PASSWORD, code)], command="id").ok)
        done = self.enter(code, "Jiu-Zai-Zhe-47!")
        self.assertTrue(done.ok, done)
        self.host.know_password(USER, "Jiu-Zai-Zhe-47!")


if __name__ == "__main__":
    unittest.main()

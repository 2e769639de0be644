"""Changing a password: forced at a login, by passwd, and where sshd lets passwd do it."""

import random
import re
import string
import unittest

from host import HostTest
from lab import ENDED, PASSWORD, PROMPT, SHELL

KEY_ALONE_DESK = "Match Address 10.77.1.3\n    AuthenticationMethods publickey\n"
PASSWORD_METHOD = "AuthenticationMethods publickey,password\nPasswordAuthentication yes\n"
USER = "zhangsan"

LONG = "".join(random.Random(7).choices(string.ascii_letters + string.digits, k=400))

REFUSED = [  # what is typed, the code of the reason
    ("Kurz-1!", "P01"),
    ("abcd1234", "P10"),
    ("abcdefgh!", "P10"),
    ("12345678!", "P10"),
    ("汉字汉字汉字汉字", "P10"),
    ("Zhangsan-1", "P20"),
    ("920315-Ab!", "P23"),
    ("13900000011-x!", "P24"),
    ("password1!", "P30"),
    ("Abc123456!", "P30"),
    ("P@ssw0rd", "P30"),
    ("Admin@123", "P30"),
]


class TestChange(HostTest):
    operators = (USER,)
    sshd_config = KEY_ALONE_DESK
    used = 0

    def good(self):
        """A password never used before."""
        TestChange.used += 1
        return f"Mu-Mian-{chr(96 + self.used) * 3}-{self.used * 37}!"

    def initial(self):
        return self.host.give_password(USER)

    def typed(self, *passwords):
        """Answers: the present password first, each new one twice."""
        answers = [(PASSWORD, self.host.password[USER])]
        for password in passwords:
            answers += [(PASSWORD, password)] * 2
        return answers

    def test_forced_at_the_first_login(self):
        for options in ({"command": "id -un"}, {"command": "id -un", "tty": True}, {}):
            with self.subTest(options=options):
                self.initial()
                new = self.good()
                result = self.host.ssh(USER, answers=self.typed(new), **options)
                self.assertTrue(result.ok, result)
                self.assertIn("I01", result.text)
                self.host.know_password(USER, new)
                again = self.host.ssh(USER, command="id -un")
                self.assertTrue(again.ok and "I01" not in again.text, again)

    def test_each_weakness_is_refused_with_its_reason(self):
        self.initial()
        for weak, code in REFUSED:
            with self.subTest(weak=weak):
                terminal = self.host.session(USER, answers=self.typed(weak))
                self.assertEqual(terminal.outcome, PROMPT, terminal.text)
                self.assertRegex(terminal.text, rf"\b[A-Z]+-[\w.]+ {code} ")
                terminal.close()
        new = self.good()
        self.assertTrue(self.host.ssh(USER, command="id", answers=self.typed(new)).ok)
        self.host.know_password(USER, new)

    def test_three_weak_ones_end_the_login(self):
        self.initial()
        refused = self.host.ssh(USER, command="id", answers=self.typed(*["abcd1234"] * 3))
        self.assertEqual(refused.outcome, PROMPT)  # sshd begins anew
        self.assertNotIn("uid=", refused.text)
        self.assertEqual(len(re.findall("P10", refused.text)), 3)
        new = self.good()
        self.assertTrue(self.host.ssh(USER, command="id", answers=self.typed(new)).ok)
        self.host.know_password(USER, new)

    def test_the_initial_password_does_not_stay(self):
        initial = self.initial()
        new = self.good()
        result = self.host.ssh(USER, command="id -un", answers=self.typed(initial, new))
        self.assertTrue(result.ok, result)
        self.assertRegex(result.text, "P43|P32")
        self.host.know_password(USER, new)

    def test_two_that_differ_and_an_end_in_the_middle_change_nothing(self):
        self.initial()
        new = self.good()
        answers = self.typed() + [(PASSWORD, new), (PASSWORD, new + "x")]
        terminal = self.host.session(USER, answers=answers)
        self.assertEqual(terminal.outcome, PROMPT)
        terminal.close()
        half = self.host.session(USER, answers=self.typed() + [(PASSWORD, new)])
        self.assertEqual(half.outcome, PROMPT)
        half.child.kill(9)
        half.close()
        self.lab.settle()
        result = self.host.ssh(USER, command="id", answers=self.typed(new))
        self.assertTrue(result.ok and "I01" in result.text, result)
        self.host.know_password(USER, new)

    def test_passwd_by_hand_in_a_session(self):
        self.host.choose_password(USER, self.good())
        new = self.good()
        terminal = self.assertOpen(self.host.session(USER))
        done = terminal.run("passwd", self.typed(new))
        self.assertTrue(done.ok, done)
        self.assertTrue(terminal.run("exit"))
        self.assertEqual(self.host.ssh(USER, command="id").outcome, PROMPT)
        self.host.know_password(USER, new)
        self.assertTrue(self.host.ssh(USER, command="id").ok)

    def test_passwd_with_a_wrong_current_password(self):
        new = self.good()
        wrong = self.lab.passwd(USER, "Wrong-Word-1", new)
        self.assertNotEqual(wrong.status, 0, wrong)
        self.assertNotIn("New password", wrong.text)
        self.assertTrue(self.host.ssh(USER, command="id").ok)

    def test_earlier_passwords_do_not_come_back(self):
        words = ["Bei-Jing-Lu-11!", "Zhong-Shan-22?", "Huan-Shi-Xi-33+", "Tian-Tai-Dong-44",
                 "Xin-Gang-Xi-55=", "Jiang-Nan-Da-66%"]
        for word in words:
            self.host.choose_password(USER, word)
        for word in words[1:5]:
            refused = self.lab.passwd(USER, answers=self.typed(word))
            self.assertIn("P41", refused.text)
        self.host.choose_password(USER, words[0])  # six changes ago

    def test_key_alone_makes_sshd_run_passwd(self):
        self.initial()
        new = self.good()
        terminal = self.host.session(USER, source="desk2", answers=self.typed(new))
        self.assertEqual(terminal.outcome, ENDED, terminal.text)
        self.assertIn("change your password now and login again", terminal.text)
        self.lab.settle()
        self.host.know_password(USER, new)
        again = self.host.ssh(USER, source="desk2", command="id -un")
        self.assertTrue(again.ok, again)

    def test_key_alone_without_a_terminal_gets_nowhere(self):
        self.initial()
        for command in ("id", "sh -c id"):
            refused = self.host.ssh(USER, source="desk2", command=command, answers=())
            self.assertEqual((refused.outcome, refused.status), (ENDED, 1), refused)
            self.assertNotIn("uid=", refused.text)
        new = self.good()
        self.host.choose_password(USER, new)

    def test_password_method_makes_sshd_run_passwd(self):
        self.restart_sshd(PASSWORD_METHOD)
        self.initial()
        new = self.good()
        answers = self.typed()[:1] + self.typed(new)
        terminal = self.host.session(USER, answers=answers)
        self.assertEqual(terminal.outcome, ENDED, terminal.text)
        self.host.know_password(USER, new)
        self.assertTrue(self.host.ssh(USER, command="id -un").ok)

    def test_login_on_a_terminal_forces_it_too(self):
        self.host.waive(USER, "device_required", "no")
        self.initial()
        new = self.good()
        terminal = self.lab.login(USER, answers=self.typed(new), tty="/dev/tty1")
        if terminal.outcome != SHELL:
            self.fail(terminal.text)
        self.assertEqual(terminal.run("id -un").text.strip(), USER)
        terminal.run("exit")
        self.host.know_password(USER, new)

    def test_root_sets_no_personal_password(self):
        refused = self.lab.terminal(["passwd", USER], [(PASSWORD, "x")] * 3).close()
        self.assertNotEqual(refused.status, 0)
        self.assertIn("I03", refused.text)
        self.assertFalse(self.lab.sh("chpasswd", stdin=f"{USER}:Any-Thing-99\n", check=False).ok)
        self.assertTrue(self.host.ssh(USER, command="id").ok)

    def test_root_still_sets_local_passwords(self):
        self.assertTrue(self.lab.terminal(["passwd", "rescue"], [(PASSWORD, "Rescue-Me-32")] * 2)
                        .close().ok)
        self.lab.sh("chpasswd", stdin="rescue:Rescue-Me-31\n")

    def test_long_and_strange_passwords(self):
        for strange in ("长城长城-Great-1!", "🙂🙂-Emoji-Pw-1", "with spaces 1 and !", "A1!" + LONG):
            with self.subTest(strange=strange):
                self.host.choose_password(USER, strange)
                self.assertTrue(self.host.ssh(USER, command="id").ok)
        too_long = "A1!" + LONG + LONG
        refused = self.lab.passwd(USER, answers=self.typed(too_long))
        self.assertNotEqual(refused.status, 0, refused)
        self.assertTrue(self.host.ssh(USER, command="id").ok)

    def test_the_change_is_an_event_without_the_password(self):
        new = self.good()
        self.host.choose_password(USER, new)
        newest = self.host.events(subject=USER, action="password.change")[-1]
        self.assertEqual(newest["outcome"], "done")
        said = self.host.admin("audit list --last 1000", by="zhouan").text
        said += "\n".join(self.lab.syslog())
        self.assertNotIn(new, said)
        self.assertNotIn(self.host.initial[USER], said)


if __name__ == "__main__":
    unittest.main()

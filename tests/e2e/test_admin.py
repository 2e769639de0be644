"""Administrators at work: gdpop-admin through sudo in a real session, and by --as."""

import json
import os
import unittest
import zipfile

from host import AUDIT, PAPERS, SECRETS, SECURITY, SYSTEM, HostTest, number_of
from lab import PASSWORD

DONE, REFUSED, USAGE, NOT_AUTHORISED, STORE = range(5)
USER = "zhangsan"
WITNESS = r"(Witness|见证人)[^\r\n]*[：:] ?$"


class TestAdmin(HostTest):
    operators = (USER, "lisi")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for user in (SYSTEM, SECURITY, AUDIT):
            cls.host.choose_password(user)

    def open(self, user):
        terminal = self.assertOpen(self.host.session(user))
        self.addCleanup(terminal.close)
        return terminal

    def sudo(self, terminal, user, words):
        return terminal.run(f"sudo gdpop-admin {words}", [(PASSWORD, self.host.password[user])])

    def actors(self, action):
        return [e["actor"] for e in self.host.events(action=action)]

    def test_the_session_says_who_acts(self):
        for user, words, action in (
                (SYSTEM, "org add xintang --name 新塘 --level town --division 440106 "
                         "--supervised-by thws", "org.add"),
                (SECURITY, "account freeze lisi --reason x", "account.freeze")):
            with self.subTest(user=user):
                done = self.sudo(self.open(user), user, words)
                self.assertEqual(done.status, DONE, done)
                self.assertEqual(self.actors(action)[-1], user)
        self.host.admin("account freeze lisi --reason x", check=False)

    def test_each_sudo_asks_the_password(self):
        terminal = self.open(AUDIT)
        for _ in range(2):
            self.assertEqual(self.sudo(terminal, AUDIT, "audit list --last 1").status, DONE)
        terminal.send("sudo gdpop-admin audit list")
        terminal.talk()
        self.assertEqual(terminal.outcome, "prompt")

    def test_su_to_root_does_not_change_who_acts(self):
        terminal = self.open(SYSTEM)
        terminal.send("su")
        terminal.talk([(PASSWORD, self.host.password["root"])])
        done = terminal.run("/usr/sbin/gdpop-admin org add tangxia --name 棠下 --level town --division 440106 "
                            "--supervised-by thws")
        self.assertEqual(done.status, DONE, done)
        self.assertEqual(self.actors("org.add")[-1], SYSTEM)
        terminal.run("exit")

    def test_without_a_session_nobody_acts(self):
        done = self.lab.sh("gdpop-admin account list", check=False)
        self.assertEqual(done.status, NOT_AUTHORISED, done)
        self.assertIn("--as", done.text)

    def test_operators_do_not_act(self):
        done = self.host.admin("account list", by=USER, check=False)
        self.assertEqual(done.status, NOT_AUTHORISED, done)
        self.lab.write("/etc/sudoers.d/test", f"{USER} ALL = ALL\n", 0o440)
        self.addCleanup(os.unlink, "/etc/sudoers.d/test")
        done = self.sudo(self.open(USER), USER, "account list")
        self.assertEqual(done.status, NOT_AUTHORISED, done)

    def test_as_with_a_wrong_password(self):
        self.lab.write("/root/wrong", "Wrong-Word-1\n", 0o600)
        done = self.lab.sh(f"gdpop-admin --as {AUDIT} --password-file /root/wrong audit list",
                           check=False)
        self.assertEqual(done.status, NOT_AUTHORISED, done)

    def test_a_password_file_that_others_can_read(self):
        self.lab.write("/root/open", self.host.password[AUDIT] + "\n", 0o644)
        done = self.lab.sh(f"gdpop-admin --as {AUDIT} --password-file /root/open audit list",
                           check=False)
        self.assertNotEqual(done.status, DONE, done)
        self.assertIn("/root/open", done.text)

    def test_duties_are_kept_apart(self):
        for by, words in ((SYSTEM, "account unlock lisi"), (SYSTEM, "audit list"),
                          (SECURITY, f"account initial-password {USER} --to /root/x"),
                          (AUDIT, f"account freeze {USER} --reason x"),
                          (AUDIT, f"account unlock {USER}")):
            with self.subTest(by=by, words=words):
                done = self.host.admin(words, by=by, check=False)
                self.assertEqual(done.status, NOT_AUTHORISED, done)
        self.assertFalse(os.path.exists("/root/x"))

    def test_nobody_acts_on_themselves(self):
        done = self.host.admin(f"account initial-password {SYSTEM} --to /root/y", check=False)
        self.assertEqual(done.status, NOT_AUTHORISED, done)
        self.assertFalse(os.path.exists("/root/y"))

    def test_files_are_the_callers(self):
        """A path given to sudo gdpop-admin is read and written with the caller's rights."""
        terminal = self.open(SYSTEM)
        done = self.sudo(terminal, SYSTEM, f"account initial-password {USER} --to initial")
        self.assertEqual(done.status, DONE, done)
        path = f"/home/{SYSTEM}/initial"
        found = os.stat(path)
        self.assertEqual((found.st_uid, found.st_mode & 0o777),
                         (int(self.lab.sh(f"id -u {SYSTEM}").text), 0o600))
        again = self.sudo(terminal, SYSTEM, f"account initial-password {USER} --to initial")
        self.assertNotEqual(again.status, DONE, again)
        for words in (f"account initial-password {USER} --to /etc/gdpop/leaked",
                      "account import /etc/shadow"):
            refused = self.sudo(terminal, SYSTEM, words)
            self.assertNotEqual(refused.status, DONE, refused)
            self.assertNotIn("$y$", refused.text)
        self.assertFalse(os.path.exists("/etc/gdpop/leaked"))
        with open(path, encoding="utf-8") as file:
            self.host.password[USER] = file.read().strip()
        self.host.choose_password(USER, "Lie-De-Qiao-58!")

    def test_an_application_form_with_errors_is_refused_whole(self):
        rows = ["user,name,id_number,organisation,department,post,phone,system,role",
                "newone,陈一,440106199001011234,thws,人口科,科员,13800138000,population,entry",
                "newtwo,陈二,11010519491231002X,nowhere,人口科,科员,138001380,population,entry"]
        self.lab.write(f"{PAPERS}/bad.csv", "\n".join(rows) + "\n")
        for option in ("--dry-run ", ""):
            done = self.host.admin(f"{option}account import {PAPERS}/bad.csv", check=False)
            self.assertEqual(done.status, USAGE, done)
            self.assertRegex(done.text, r"bad\.csv:2\b")
            self.assertRegex(done.text, r"bad\.csv:3\b")
        listed = [a["user"] for a in self.host.rows("account list")]
        self.assertNotIn("newone", listed)

    def test_exit_codes_and_json(self):
        for words, status in (("account nonsense", USAGE), ("account show", USAGE),
                              ("account show nobodyatall", REFUSED),
                              (f"account show {USER}", DONE)):
            done = self.host.admin(words, check=False)
            self.assertEqual(done.status, status, done)
        self.assertIsInstance(json.loads(self.host.admin("--json account list").text), list)

    def test_recover_is_roots_and_loud(self):
        before = len(self.lab.syslog())
        done = self.lab.sh("gdpop-admin recover account list", check=False)
        self.assertEqual(done.status, DONE, done)
        change = self.lab.sh("gdpop-admin recover account unlock lisi", check=False)
        self.assertEqual(change.status, DONE, change)
        self.assertTrue([e for e in self.host.events(actor="recover")])
        self.assertTrue(self.lab.syslog()[before:])
        denied = self.sudo(self.open(SYSTEM), SYSTEM, "recover account list")
        self.assertNotEqual(denied.status, DONE, denied)

    def reveal(self, terminal, actor, *witnesses):
        """`person reveal` by sudo, before these people with these passwords."""
        person = self.host.person[USER]
        answers = [(PASSWORD, self.host.password[actor])]
        for name, password in witnesses:
            answers += [(WITNESS, name), (PASSWORD, password)]
        return terminal.run(f"sudo gdpop-admin person reveal {person} --purpose 核对", answers)

    def test_numbers_are_revealed_before_a_witness(self):
        terminal, number = self.open(SYSTEM), number_of(USER)
        done = self.reveal(terminal, SYSTEM, (SECURITY, self.host.password[SECURITY]))
        self.assertEqual(done.status, DONE, done)
        self.assertIn(number, done.text)
        self.assertNotIn(self.host.password[SECURITY], done.text)
        event = self.host.events(action="person.reveal")[-1]
        self.assertEqual((event["actor"], event["detail"]), (SYSTEM, f"witnesses={SECURITY}; 核对"))
        for witness, password in ((SECURITY, "Wrong-Word-9"), (USER, self.host.password[USER]),
                                  (SYSTEM, self.host.password[SYSTEM])):
            with self.subTest(witness=witness):
                done = self.reveal(terminal, SYSTEM, (witness, password))
                self.assertEqual(done.status, NOT_AUTHORISED, done)
                self.assertNotIn(number, done.text)
        self.assertEqual(self.host.events(action="person.reveal", outcome="done"), [event])

    def test_the_list_for_the_seal_is_masked_and_a_new_file(self):
        path = "/root/accounts.xlsx"
        self.host.admin(f"account sheet thws --out {path}", by=AUDIT)
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)
        with zipfile.ZipFile(path) as book:
            texts = book.read("xl/sharedStrings.xml").decode()
        self.assertIn(f">{USER}<", texts)
        self.assertNotIn(number_of(USER), texts)
        again = self.host.admin(f"account sheet thws --out {path}", by=AUDIT, check=False)
        self.assertEqual(again.status, USAGE)

    def test_a_witness_needs_a_terminal(self):
        done = self.host.admin(f"person reveal {self.host.person[USER]} --purpose x "
                               f"--witness {SECURITY}", check=False)
        self.assertEqual(done.status, NOT_AUTHORISED, done)
        self.assertNotIn(number_of(USER), done.text)

    def test_an_administrator_whose_session_was_ended_is_nobody(self):
        terminal = self.open(SECURITY)
        self.host.admin(f"account freeze {SECURITY} --reason x", check=False)
        state = self.host.row(f"account show {SECURITY}")["state"]
        self.assertEqual(state, "active")  # the last holder of a duty is not frozen
        self.assertEqual(terminal.run("id -un").text.strip(), SECURITY)

    def test_secrets_are_in_no_arguments_and_no_logs(self):
        said = "\n".join(self.lab.syslog()) + "\n".join(self.lab.sshd.log())
        for user in (SYSTEM, SECURITY, AUDIT, USER):
            self.assertNotIn(self.host.password[user], said)
        self.assertEqual(os.stat(SECRETS).st_mode & 0o777, 0o700)


if __name__ == "__main__":
    unittest.main()

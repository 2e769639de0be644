"""Logins through the real sshd: every method, address and key."""

import os
import re
import unittest

from host import SECURITY, HostTest
from lab import ENDED, PASSWORD, PROMPT

KEY_ALONE = "AuthenticationMethods publickey\n"
PROMPTS_ALONE = "AuthenticationMethods keyboard-interactive:pam\n"
PASSWORD_METHOD = "AuthenticationMethods publickey,password\nPasswordAuthentication yes\n"
PASSWORD_ALONE = "AuthenticationMethods password\nPasswordAuthentication yes\n"
WRONG = "Not-My-Word-1"


class TestSshd(HostTest):
    operators = ("zhangsan", "lisi")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        host = cls.host
        cls.unbound = host.add_device("zhangsan", "zhangsan-old", "旧电脑")
        host.admin(f"device unbind {cls.unbound} zhangsan")
        cls.lost = host.add_device("zhangsan", "zhangsan-lost", "丢失的电脑")
        host.admin(f"device lost {cls.lost}")

    def login(self, user="zhangsan", command="id -un", **options):
        return self.host.ssh(user, command=command, **options)

    def assertAllowed(self, result, user="zhangsan"):
        self.assertTrue(result.ok, result)
        self.assertEqual(result.text.splitlines()[-1], user, result)

    def test_key_and_password_at_every_address(self):
        for source, ipv6, code in (("work", False, None), ("work", True, None),
                                   ("desk2", False, None), ("desk2", True, None),
                                   ("other", False, "W03"), ("other", True, "W03"),
                                   ("outside", False, "W02"), ("outside", True, "W02")):
            with self.subTest(source=source, ipv6=ipv6):
                result = self.login(source=source, ipv6=ipv6)
                if code:
                    self.assertRefused(result, code)
                    self.assertEqual(result.status, 255)
                else:
                    self.assertAllowed(result)

    def test_key_alone(self):
        self.restart_sshd(KEY_ALONE)
        for source, key, code in (("work", "zhangsan-pc", None), ("outside", "zhangsan-pc", "W02"),
                                  ("work", "zhangsan-old", "V06"), ("work", "zhangsan-lost", "V03")):
            with self.subTest(source=source, key=key):
                result = self.login(source=source, key=self.lab.key(key), answers=())
                if code:
                    self.assertRefused(result, code)
                else:
                    self.assertAllowed(result)

    def test_key_alone_refused_late_leaves_nothing_behind(self):
        """Where sshd tells the key only in the session, a client that asks for nothing is ended."""
        self.restart_sshd(KEY_ALONE)
        words = ["ssh", "-F", "none", "-N", "-o", "StrictHostKeyChecking=yes", "-l", "zhangsan",
                 "-o", "IdentitiesOnly=yes", "-i", self.lab.key("zhangsan-lost"), "10.77.1.1"]
        terminal = self.lab.terminal(words, netns="work")
        self.assertEqual(terminal.outcome, ENDED)
        self.lab.settle()
        self.assertEqual(self.lab.processes("zhangsan"), [])

    def test_prompts_alone_show_no_device(self):
        self.restart_sshd(PROMPTS_ALONE)
        self.assertRefused(self.login(key=None), "V02")

    def test_prompts_alone_where_no_device_is_asked(self):
        self.restart_sshd(PROMPTS_ALONE)
        waiver = self.host.waive("zhangsan", "device_required", "no")
        self.addCleanup(self.host.admin, f"waiver end {waiver}", by=SECURITY)
        self.assertAllowed(self.login(key=None))
        self.assertRefused(self.login(key=None, source="outside"), "W02")

    def test_password_method(self):
        self.restart_sshd(PASSWORD_METHOD)
        self.assertAllowed(self.login())
        self.assertRefused(self.login(source="outside"), "W02")
        self.assertRefused(self.login(key=self.lab.key("zhangsan-lost")), "V03")

    def test_password_alone_shows_no_device(self):
        self.restart_sshd(PASSWORD_ALONE)
        self.assertRefused(self.login(key=None), "V02")

    def test_certificates_count_as_the_key_that_they_sign(self):
        lab = self.lab
        authority = lab.key("authority")
        lab.write("/etc/ssh/authority.pub", lab.public_key("authority") + "\n")
        self.restart_sshd("TrustedUserCAKeys /etc/ssh/authority.pub\n")
        lab.key("zhangsan-new")
        for key, code in (("zhangsan-pc", None), ("zhangsan-old", "V06"), ("zhangsan-lost", "V03"),
                          ("zhangsan-new", "V01")):
            with self.subTest(key=key):
                certificate = lab.keys + f"/{key}-cert.pub"
                lab.sh(f"ssh-keygen -q -s {authority} -I {key} -n zhangsan {lab.key(key)}.pub")
                self.addCleanup(os.unlink, certificate)
                result = self.login(key=lab.key(key), options=(f"CertificateFile={certificate}",))
                accepted = [line for line in lab.sshd.log() if "ED25519-CERT" in line]
                self.assertTrue(accepted, lab.sshd.log())
                if code:
                    self.assertRefused(result, code)
                else:
                    self.assertAllowed(result)

    def test_keys_that_no_device_has(self):
        for key in ("stranger", "lisi-pc"):
            with self.subTest(key=key):
                result = self.login(key=self.lab.key(key))
                self.assertEqual((result.outcome, result.status), (ENDED, 255))
                self.assertIn("Permission denied (publickey)", result.text)

    def test_unbound_and_lost_devices_are_told(self):
        for key, code, name in (("zhangsan-old", "V06", "旧电脑"),
                                ("zhangsan-lost", "V03", "丢失的电脑")):
            with self.subTest(key=key):
                result = self.login(key=self.lab.key(key))
                self.assertRefused(result, code)
                self.assertIn(name, result.text)

    def test_a_name_from_the_dns_is_no_evidence(self):
        self.restart_sshd("UseDNS yes\n")
        self.lab.sh("cp /etc/hosts /root/hosts && printf '10.77.1.2 desk\\n192.0.2.2 desk\\n' "
                    ">> /etc/hosts")
        self.addCleanup(self.lab.sh, "cp /root/hosts /etc/hosts")
        self.assertAllowed(self.login())
        self.assertRefused(self.login(source="outside"), "W02")

    def test_unknown_wrong_and_locked_look_alike(self):
        self.restart_sshd(PROMPTS_ALONE)

        def seen(user):
            result = self.lab.ssh(user, answers=[(PASSWORD, WRONG)] * 3, command="id")
            return result.outcome, result.status, result.text.replace(user, "USER")

        unknown = seen("nobodyatall")
        self.assertEqual(unknown[0], ENDED)
        self.assertEqual(seen("zhangsan"), unknown)
        self.assertEqual(seen("x" * 200), unknown)

    def test_chinese_is_readable_by_every_method(self):
        for config, options in ((self.sshd_config, {}), (KEY_ALONE, {"answers": ()}),
                                (PASSWORD_METHOD, {})):
            with self.subTest(config=config):
                self.restart_sshd(config)
                result = self.login(key=self.lab.key("zhangsan-lost"), **options)
                self.assertRefused(result, "V03")
                self.assertIn("丢失的电脑", result.text)
                self.assertNotRegex(result.text, r"\\3\d\d")

    def test_a_shell_shows_the_last_login(self):
        self.login()
        result = self.host.ssh("zhangsan")
        self.assertTrue(result.ok, result)
        self.assertRegex(result.text, r"\d\d:\d\d .*10\.77\.1\.2")

    def test_nothing_is_forwarded(self):
        result = self.login(command="ssh-add -l; echo $SSH_AUTH_SOCK.", options=("ForwardAgent=yes",))
        self.assertTrue(result.text.endswith(".\n"), result)
        terminal = self.host.session("zhangsan", options=("LocalForward=9999 127.0.0.1:22",))
        self.assertOpen(terminal)
        self.lab.sh("echo | timeout 5 bash -c 'cat < /dev/tcp/127.0.0.1/9999'", netns="work",
                    check=False)
        terminal.send("")
        terminal.expect("administratively prohibited")
        terminal.close()

    def test_sftp_meets_the_same_rules(self):
        sftp = "/usr/lib/openssh/sftp-server"
        self.lab.write("/root/batch", "pwd\n")
        words = ["sftp", "-F", "none", "-o", "IdentitiesOnly=yes", "-o",
                 f"IdentityFile={self.lab.key('zhangsan-pc')}", "-o", "StrictHostKeyChecking=yes"]
        self.assertTrue(os.path.exists(sftp))
        for source, allowed in (("work", True), ("outside", False)):
            terminal = self.lab.terminal(words + ["zhangsan@10.77.1.1"],
                                         [(PASSWORD, self.host.password["zhangsan"])],
                                         netns=source, until="sftp> $")
            self.assertEqual(terminal.outcome, PROMPT if allowed else ENDED, terminal.text)
            terminal.close()

    def test_service_environment_is_clean(self):
        result = self.login(command="env")
        self.assertTrue(result.ok, result)
        self.assertNotRegex(result.text, r"(?i)gdpop|SSH_AUTH_INFO")

    def test_every_decision_is_an_event(self):
        before = len(self.host.events(subject="zhangsan", tag="GD-16"))
        self.login(source="outside")
        events = self.host.events(subject="zhangsan", tag="GD-16")
        self.assertEqual(len(events), before + 1)
        newest = events[-1]
        self.assertEqual((newest["action"], newest["outcome"], newest["code"], newest["address"]),
                         ("login.account", "denied", "W02", "192.0.2.2"))
        self.assertTrue(re.search(r"zhangsan denied by rule workplace \(GD-16 W02\)",
                                  "\n".join(self.lab.syslog())))


if __name__ == "__main__":
    unittest.main()

"""The README's way onto a real host, step by step, and back: pam-auth-update, rescue user first."""

import json
import unittest

from host import PAPERS, RESCUE, SYSTEM, Host
from lab import ENDED, PASSWORD, SHELL, Lab

RESCUE_PASSWORD, NEW = "Rescue-Me-31", "Bai-Yun-Shan-7"
DROP_IN = "/etc/ssh/sshd_config.d/gdpop.conf"


class InstalledHost(Host):
    """Steps 1 to 5: nothing that a login depends on."""

    def _configure(self):
        lab = self.lab
        lab.write("/etc/machine-id", "6764706f706c61620000000000000002\n")
        lab.sh(f"useradd -m -G sudo -s /bin/bash {RESCUE}")
        lab.sh("chpasswd", stdin=f"{RESCUE}:{RESCUE_PASSWORD}\n")
        lab.write("/etc/gdpop/gdpop.conf", f"break_glass = root {RESCUE}\nlanguage = en\n")


class Install(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.lab = Lab()
        cls.addClassCleanup(cls.lab.stop)
        cls.host = InstalledHost(cls.lab)
        cls.lab.sh("sed -i -E '/^(passwd|group):/{s/ +gdpop//;s/$/ gdpop/}' /etc/nsswitch.conf")

    def pamtester(self, user, password):
        command = f"pamtester -I rhost=10.77.1.2 gdpop-try {user} authenticate acct_mgmt"
        return self.lab.terminal(["sh", "-c", command], answers=[(PASSWORD, password)]).result()

    def rescue_gets_in(self):
        result = self.lab.ssh(RESCUE, answers=[(PASSWORD, RESCUE_PASSWORD)], command="id -un")
        self.assertEqual((result.status, result.text.split()[-1]), (0, RESCUE), result)

    def test_1_names_and_rules_before_any_login_depends_on_them(self):
        lab = self.lab
        modes = lab.sh("stat -c %a /var/lib/gdpop /var/lib/gdpop-nss /etc/gdpop/keys").text.split()
        self.assertEqual(modes, ["700", "755", "700"])
        named = lab.sh(f"getent -s gdpop passwd {SYSTEM}").text
        self.assertTrue(named.startswith(f"{SYSTEM}:x:60000:"), named)
        lab.write(f"{PAPERS}/key.pub", lab.public_key(f"{SYSTEM}-pc") + "\n")
        verdict = lab.sh(f"gdpop-admin recover policy test --user {SYSTEM} --service sshd "
                         f"--address 10.77.1.2 --key {PAPERS}/key.pub").text.splitlines()[-1]
        self.assertIn(" I01 ", verdict)
        self.assertFalse(lab.sh("grep -l pam_gdpop /etc/pam.d/sshd /etc/pam.d/common-auth",
                                check=False).ok)

    def test_2_the_module_in_a_stack_of_its_own(self):
        self.lab.sh("cp /usr/share/gdpop/pam.d/sshd /etc/pam.d/gdpop-try")
        result = self.pamtester(RESCUE, RESCUE_PASSWORD)
        self.assertIn("account management done", result.text)
        result = self.pamtester(SYSTEM, self.host.password[SYSTEM])
        self.assertIn("successfully authenticated", result.text)
        self.assertRegex(result.text, r"DB-8\.1\.4\.1d V02 ")
        self.assertNotIn("account management done", result.text)
        self.lab.sh("rm /etc/pam.d/gdpop-try")

    def test_3_stacks_and_sshd(self):
        lab = self.lab
        lab.sh("DEBIAN_FRONTEND=noninteractive pam-auth-update --enable gdpop mkhomedir")
        terminal = lab.login(RESCUE, password=RESCUE_PASSWORD)
        self.assertEqual(terminal.outcome, SHELL, terminal.result())
        terminal.close()
        lab.sh(f"cp /usr/share/gdpop/sshd_config.d/gdpop.conf {DROP_IN}")
        lab.sh(f"sed -i 's/^Match User root/Match User root,{RESCUE}/' {DROP_IN}")
        lab.start_sshd("")
        self.rescue_gets_in()
        first = self.host.password[SYSTEM]
        result = self.host.ssh(SYSTEM, command="pwd", answers=[(PASSWORD, first), (PASSWORD, NEW),
                                                              (PASSWORD, NEW)])
        self.assertEqual((result.status, result.text.split()[-1]), (0, f"/home/{SYSTEM}"), result)
        self.host.know_password(SYSTEM, NEW)
        rows = json.loads(lab.sh("gdpop-admin --json status", check=False).text)
        found = [r for r in rows if r["item"].split(".")[0] in ("pam", "nsswitch", "sshd", "files")]
        self.assertGreaterEqual(len(found), 5)
        self.assertEqual([r for r in found if r["severity"] != "fine"], [])

    def test_4_administrators_run_gdpop_admin_and_nothing_else(self):
        lab = self.lab
        lab.sh("install -m 440 /usr/share/gdpop/sudoers.d/gdpop /etc/sudoers.d/gdpop && visudo -c")
        terminal = self.host.session(SYSTEM)
        self.assertEqual(terminal.outcome, SHELL, terminal.result())
        listed = terminal.run("sudo gdpop-admin account list", [(PASSWORD, NEW)])
        self.assertTrue(listed.ok and SYSTEM in listed.text, listed)
        refused = terminal.run("sudo id", [(PASSWORD, NEW)])
        self.assertTrue(not refused.ok and "not allowed" in refused.text, refused)
        terminal.close()

    def test_5_the_timer_needs_nobody(self):
        with open("/usr/lib/systemd/system/gdpop-tick.service", encoding="utf-8") as file:
            unit = dict(line.split("=", 1) for line in file.read().splitlines() if "=" in line)
        self.assertTrue(self.lab.sh(unit["ExecStart"]).ok)
        self.lab.sh(f"test -e {unit['ConditionPathExists']}")

    def test_5_starts_and_stops_of_sshd_are_events(self):
        """What systemd would run is run here, for there is no systemd."""
        drop_in = "/usr/lib/systemd/system/ssh.service.d/gdpop.conf"
        with open(drop_in, encoding="utf-8") as file:
            lines = [line.split("=", 1) for line in file.read().splitlines() if line[:4] == "Exec"]
        self.assertEqual([name for name, _ in lines], ["ExecStartPost", "ExecStopPost"])
        for _, command in lines:
            self.assertEqual(command[0], "-")  # sshd starts whatever becomes of it
            self.assertTrue(self.lab.sh(command[1:].replace("%p", "ssh")).ok)
        self.assertEqual([(e["action"], e["actor"], e["object"], e["outcome"])
                          for e in self.host.events(object="ssh")],
                         [(f"service.{what}", "host", "ssh", "done") for what in ("start", "stop")])
        unit = "/run/check/ssh.service"
        self.lab.write(unit, "[Service]\nType=notify\nExecStart=/usr/sbin/sshd -D\n")
        self.lab.sh(f"install -D -m 644 {drop_in} {unit}.d/gdpop.conf")
        done = self.lab.sh(f"systemd-analyze verify {unit}")
        self.assertEqual((done.status, done.text.strip()), (0, ""), done)

    def test_6_an_upgrade_keeps_the_configuration(self):
        self.lab.install()
        with open("/etc/gdpop/gdpop.conf", encoding="utf-8") as file:
            self.assertIn(RESCUE, file.read())

    def test_7_back(self):
        lab = self.lab
        lab.sh("DEBIAN_FRONTEND=noninteractive pam-auth-update --disable gdpop")
        self.assertFalse(lab.sh("grep -r pam_gdpop /etc/pam.d/common-*", check=False).ok)
        lab.sh(f"rm {DROP_IN} && sshd -t")
        lab.sh("sed -i -E '/^(passwd|group):/s/ gdpop//' /etc/nsswitch.conf")
        self.assertFalse(lab.sh(f"getent passwd {SYSTEM}", check=False).ok)
        lab.sshd.stop()
        lab.start_sshd("PasswordAuthentication yes\n")
        self.rescue_gets_in()
        result = lab.ssh(SYSTEM, answers=[(PASSWORD, NEW)] * 3, command="id")
        self.assertEqual(result.outcome, ENDED, result)
        self.assertNotIn("uid=", result.text)


if __name__ == "__main__":
    unittest.main()

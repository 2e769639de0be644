"""What people try who want more than they may: administrators behind sudo, operators to be frozen."""

import unittest

from host import AUDIT, SECURITY, SYSTEM, HostTest
from lab import PASSWORD

RUNAWAY = r"""
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
int main(void)
{
    time_t end = time(NULL) + 10;
    signal(SIGTERM, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    for (int i = 0; i < 8; i++)
        if (fork() == 0) {
            setsid();
            while (time(NULL) < end)
                if (fork() > 0)
                    _exit(0);
            _exit(0);
        }
    return 0;
}
"""


class TestAttacks(HostTest):
    operators = ("zhangsan", "lisi")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for user in (SYSTEM, SECURITY, AUDIT):
            cls.host.choose_password(user)

    def sudo(self, user, command, *more):
        terminal = self.assertOpen(self.host.session(user))
        answers = [(PASSWORD, self.host.password[user]), *more]
        result = terminal.run(command, answers=answers)
        terminal.close()
        return result

    def assertDenied(self, result, text):
        self.assertEqual(result.status, 3, result)
        self.assertIn(text, result.text)

    # administrators

    def test_sudo_lets_nobody_choose_the_configuration(self):
        self.lab.write("/etc/other.conf", "")
        for path in ("/etc/other.conf", "/etc/gdpop/gdpop.conf"):
            result = self.sudo(SYSTEM, f"sudo gdpop-admin --conf {path} account list")
            self.assertDenied(result, "--conf")

    def test_sudo_makes_nobody_the_rescuer(self):
        self.assertDenied(self.sudo(SYSTEM, "sudo gdpop-admin recover account list"), "break-glass")

    def test_who_acts_as_another_is_told(self):
        result = self.sudo(SYSTEM, f"sudo gdpop-admin --as {SECURITY} account list",
                           (PASSWORD, self.host.password[SECURITY]))
        self.assertEqual(result.status, 0, result)
        self.assertTrue(self.host.events(action="login.auth", subject=SECURITY, actor=SYSTEM))

    def test_nobody_takes_over_an_administrator_alone(self):
        device = self.host.add_device("lisi", "intruder", bind=False)
        done = self.host.admin(f"device bind {device} {SECURITY}", SYSTEM, check=False)
        self.assertEqual(done.status, 3, done)

    def test_no_limit_hides_a_refusal(self):
        for limit in ("-f 0", "-s 64"):
            with self.subTest(limit=limit):
                before = len(self.host.events(action="policy.set", outcome="refused"))
                secret = f"/root/secrets/{SYSTEM}.password"
                self.lab.sh(f"bash -c 'ulimit -S {limit}; exec gdpop-admin --as {SYSTEM} "
                            f"--password-file {secret} policy set length_min 20 --reason x'",
                            check=False)
                after = len(self.host.events(action="policy.set", outcome="refused"))
                self.assertEqual(after, before + 1)

    def test_a_list_of_services_opens_no_door(self):
        done = self.host.admin("policy set services_reverify 'passwd sshd' --reason x", SECURITY,
                               check=False)
        self.assertEqual(done.status, 1, done)
        self.assertRefused(self.host.ssh("zhangsan", source="outside", command="id"), "W02")

    def test_a_profile_takes_no_floor_away(self):
        with open("/usr/share/gdpop/profiles/gd-population.conf", encoding="utf-8") as file:
            text = file.read()
        self.lab.write("/root/loose.conf", text.replace("workplace_required = yes",
                                                        "workplace_required = no"))
        done = self.host.admin("profile load /root/loose.conf", SECURITY, check=False)
        self.assertEqual(done.status, 1, done)
        self.assertIn("workplace_required", done.text)
        self.assertRefused(self.host.ssh("zhangsan", source="outside", command="id"), "W02")

    def test_secrets_go_into_new_files_of_ones_own(self):
        for path in ("/etc/new", "/proc/self/fd/1", "/dev/null", "/root/new"):
            with self.subTest(path=path):
                result = self.sudo(SYSTEM, "sudo gdpop-admin account initial-password lisi "
                                           f"--to {path}")
                self.assertEqual(result.status, 2, result)

    def test_sudo_reads_no_files_of_others(self):
        for path in ("/etc/shadow", "/var/lib/gdpop/data.mdb", "/dev/zero"):
            with self.subTest(path=path):
                result = self.sudo(SYSTEM, f"sudo gdpop-admin account import {path}")
                self.assertEqual(result.status, 2, result)

    # operators

    def test_nothing_runs_away_from_a_freeze(self):
        self.lab.write("/root/runaway.c", RUNAWAY)
        self.lab.sh("gcc -O2 -o /usr/local/bin/runaway /root/runaway.c")
        terminal = self.assertOpen(self.host.session("lisi"))
        terminal.run("ulimit -u 40; nice runaway")
        self.host.admin("account freeze lisi --reason test", SYSTEM)
        self.assertEqual([self.lab.processes("lisi") for _ in range(20)], [[]] * 20)
        self.host.admin("account unfreeze lisi --reason test", SECURITY)


if __name__ == "__main__":
    unittest.main()

"""Jobs and other logins without a person."""

import unittest

from host import HostTest

USER = "zhangsan"
STACK = """auth required pam_deny.so
account [success=done new_authtok_reqd=done ignore=ignore default=die] pam_gdpop.so
account required pam_unix.so
session [success=ok ignore=ignore default=die] pam_gdpop.so
session required pam_unix.so
"""


class TestCron(HostTest):
    operators = (USER,)

    def pam(self, service, user, *operations):
        return self.lab.sh(f"pamtester {service} {user} {' '.join(operations)}", check=False)

    def assertDenied(self, result, code):
        self.assertNotEqual(result.status, 0, result)
        self.assertIn(code, result.text)

    def test_personal_jobs_are_refused(self):
        self.assertDenied(self.pam("cron", USER, "acct_mgmt"), "C02")
        self.assertDenied(self.pam("cron", USER, "open_session"), "C02")

    def test_jobs_of_root_and_of_local_services_run(self):
        for user in ("root", "rescue", "daemon"):
            done = self.pam("cron", user, "acct_mgmt", "open_session", "close_session")
            self.assertEqual(done.status, 0, done)

    def test_allowed_by_a_waiver(self):
        waiver = self.host.waive(USER, "cron_personal", "yes")
        self.assertEqual(self.pam("cron", USER, "acct_mgmt").status, 0)
        self.host.admin(f"waiver end {waiver}", by="sunjie")
        self.assertDenied(self.pam("cron", USER, "acct_mgmt"), "C02")

    def test_user_services_run_while_a_session_lives(self):
        self.lab.write("/etc/pam.d/systemd-user", STACK)
        self.assertDenied(self.pam("systemd-user", USER, "acct_mgmt"), "C03")
        terminal = self.assertOpen(self.host.session(USER))
        self.assertEqual(self.pam("systemd-user", USER, "acct_mgmt").status, 0)
        terminal.run("exit")
        self.lab.settle()
        self.assertDenied(self.pam("systemd-user", USER, "acct_mgmt"), "C03")

    def test_automatic_logins_are_refused(self):
        self.lab.write("/etc/pam.d/gdm-autologin", STACK)
        self.assertDenied(self.pam("gdm-autologin", USER, "acct_mgmt"), "C01")

    def test_a_service_that_nobody_named_has_all_rules(self):
        self.lab.write("/etc/pam.d/webapp", STACK)
        self.assertDenied(self.pam("webapp", USER, "acct_mgmt"), "W01")
        self.assertDenied(self.pam("-I rhost=192.0.2.2 webapp", USER, "acct_mgmt"), "W02")
        self.assertDenied(self.pam("-I rhost=10.77.1.2 webapp", USER, "acct_mgmt"), "V02")


if __name__ == "__main__":
    unittest.main()

"""Archives, holds and the end of a store, through the programs: what leaves the store is kept, what
is missing is named, and a store is wiped only behind its last archive."""

import os
import unittest

from host import AUDIT, SECURITY, HostTest
from lab import PASSWORD

USER = "zhangsan"
STORE, KEYS = "/var/lib/gdpop", "/etc/gdpop/keys"


class TestArchive(HostTest):
    operators = (USER,)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for user in (SECURITY, AUDIT):
            cls.host.choose_password(user)
        cls.host.admin("policy set epoch_events 10 --reason test", by=SECURITY)
        cls.leader = cls.host.leader()

    def fill_epochs(self):
        for _ in range(12):
            self.host.admin("host list")
            self.host.admin(f"account freeze {USER} --reason test")
            self.host.admin(f"account unfreeze {USER} --reason test", by=SECURITY)
        self.lab.sh("gdpop-admin tick")

    def archive(self):
        self.fill_epochs()
        return self.host.row("audit archive create", by=AUDIT)

    def decision(self):
        self.lab.write("/tmp/decision.pdf", "%PDF decision\n")
        return f"--approver {self.leader} --paper /tmp/decision.pdf --paper-number 2026-17"

    def witnessed(self, words):
        """By the security administrator in a login, before the auditor."""
        terminal = self.assertOpen(self.host.session(SECURITY))
        self.addCleanup(terminal.close)
        return terminal.run(f"sudo gdpop-admin --witness {AUDIT} {words}",
                            [(PASSWORD, self.host.password[SECURITY]),
                             (PASSWORD, self.host.password[AUDIT])])

    def test_1_archives_are_verified_together(self):
        lab = self.lab
        one, two = self.archive(), self.archive()
        self.assertEqual(two["first"], one["last"] + 1)
        lab.sh("rm -f /root/rest.jsonl")
        self.host.admin("audit export --purpose test --out /root/rest.jsonl", by=AUDIT)
        self.assertTrue(lab.sh(f"gdpop-audit verify {one['file']} {two['file']} /root/rest.jsonl").ok)
        self.assertTrue(self.host.admin("audit verify", by=AUDIT).ok)
        self.assertTrue(all(x["present"] for x in self.host.rows("audit archive list", by=AUDIT)))
        three = self.archive()
        gap = lab.sh(f"gdpop-audit verify {one['file']} {three['file']}", check=False)
        self.assertEqual(gap.status, 1, gap)
        self.assertIn(f"trail-{two['first']:012d}", gap.text)
        os.rename(two["file"], two["file"] + ".away")
        self.addCleanup(os.rename, two["file"] + ".away", two["file"])
        listed = {x["first"]: x["present"] for x in self.host.rows("audit archive list", by=AUDIT)}
        self.assertFalse(listed[two["first"]])
        missing = self.host.admin("audit verify", by=AUDIT, check=False)
        self.assertEqual(missing.status, 1, missing)
        self.assertIn(two["file"], missing.text)

    def test_2_what_is_young_or_held_stays(self):
        young = self.witnessed(f"audit prune --before {self.host.today()} --confirm {self.host.today()} "
                               f"--reason space {self.decision()}")
        self.assertEqual(young.status, 1, young)
        self.assertIn("nothing younger than 6 months", young.text)
        held = self.host.row("audit hold add --purpose case --reference 17 --from 2020-01-01", by=AUDIT)
        listed = self.host.rows("audit hold list", by=AUDIT)
        self.assertEqual([x["id"] for x in listed], [held["id"]])
        refused = self.witnessed(self.destruction())
        self.assertEqual(refused.status, 1, refused)
        self.assertIn("legal hold", refused.text)
        self.host.admin(f"audit hold end {held['id']} --reason over --reference 18", by=SECURITY)

    def destruction(self):
        return (f"store destroy lab --confirm lab --reason off --filing-number 3 --with-active "
                f"{self.decision()}")

    def test_3_the_end(self):
        lab, host = self.lab, self.host
        inside = self.assertOpen(host.session(USER))
        done = self.witnessed(self.destruction())
        self.assertIn("the store is destroyed", done.text)
        self.assertNotEqual(inside.wait_end().status, 0)
        self.assertEqual(os.listdir(KEYS), [])
        kept = [name for name in os.listdir(STORE) if name.startswith("destroyed-")]
        self.assertEqual(os.listdir(STORE), kept)
        folder = f"{STORE}/{kept[0]}"
        archives = sorted(f"{folder}/{x}" for x in os.listdir(folder) if x.startswith("trail-"))
        done = lab.sh(f"gdpop-audit verify --certificate {folder}/checkpoint.pem "
                      f"--anchor {folder}/checkpoint {' '.join(archives)}")
        self.assertTrue(done.ok, done)
        shown = lab.sh(f"gdpop-audit show --action store.destroy {archives[-1]}").text
        self.assertIn(f"witnesses={AUDIT}", shown)
        self.assertFalse(host.ssh(USER, command="id").ok)


if __name__ == "__main__":
    unittest.main()

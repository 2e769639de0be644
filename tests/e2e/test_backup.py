"""A backup made in use, tried, and put back before a witness; logins afterwards."""

import os
import shutil
import unittest

from host import AUDIT, SECRETS, SECURITY, SYSTEM, HostTest
from lab import PASSWORD

USER, LATER = "zhangsan", "lisi"
FOLDER = "/root/backup"
WITNESS = r"(Witness|见证人)[^\r\n]*[：:] ?$"
PASSPHRASE = r"(Passphrase|备份密钥的口令)[^\r\n]*[：:] ?$"


class TestBackup(HostTest):
    operators = (USER, LATER)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        host, lab = cls.host, cls.lab
        for user in (SYSTEM, SECURITY, AUDIT):
            host.choose_password(user)
        os.makedirs(FOLDER, mode=0o700, exist_ok=True)
        lab.sh(f"openssl genpkey -algorithm SM2 -aes-256-cbc -pass pass:open-it -out {FOLDER}/key 2>&1 && "
               f"chmod 600 {FOLDER}/key && "
               f"openssl pkey -in {FOLDER}/key -passin pass:open-it -pubout -out {FOLDER}/pub")
        host.admin(f"backup key-add --public {FOLDER}/pub", by=SECURITY)

    def test_backup_and_restore(self):
        host, lab = self.host, self.lab
        host.admin(f"audit checkpoint --to {FOLDER}/early", by=AUDIT)
        lab.sh(f"gdpop-admin backup create --out {FOLDER}/one")  # the host's own, as by cron
        self.assertEqual(os.stat(f"{FOLDER}/one").st_mode & 0o777, 0o600)
        host.admin(f"backup verify --file {FOLDER}/one", by=AUDIT)
        lab.write("/root/passphrase", f"{host.password[SYSTEM]}\nopen-it\n", 0o600)
        done = lab.sh(f"gdpop-admin --as {SYSTEM} --password-file /root/passphrase backup drill "
                      f"--file {FOLDER}/one --key {FOLDER}/key")
        self.assertEqual(done.status, 0, done)
        host.admin(f"account freeze {USER} --reason later", by=SECURITY)
        uid = lab.sh(f"id -u {USER}").text
        host.admin(f"audit checkpoint --to {FOLDER}/late", by=AUDIT)

        shutil.rmtree("/var/lib/gdpop")
        shutil.rmtree("/etc/gdpop/keys")
        self.assertNotEqual(host.ssh(USER).status, 0)
        lab.write("/root/wrong-passphrase", "no\n", 0o600)
        words = f"backup restore --file {FOLDER}/one --key {FOLDER}/key --reason 磁盘损坏 --to {FOLDER}/seal-key"
        done = lab.sh(f"gdpop-admin --password-file /root/wrong-passphrase {words}", check=False)
        self.assertNotEqual(done.status, 0)
        self.assertFalse(os.path.exists("/var/lib/gdpop/data.mdb"))

        done = lab.terminal(["sh", "-c", f"exec gdpop-admin {words}"], [
            (PASSPHRASE, "open-it"), (WITNESS, SECURITY), (PASSWORD, host.password[SECURITY])]).wait_end()
        self.assertEqual(done.status, 0, done)
        self.assertTrue(os.path.exists(f"{FOLDER}/seal-key"))
        self.assertEqual(lab.sh(f"id -u {USER}").text, uid)
        self.assertEqual(host.ssh(USER).status, 0)  # as it was then: not frozen yet
        events = host.events(action="backup.restore")
        self.assertIn(f"witnesses={SECURITY}", events[-1]["detail"])
        # A new chain of seals for the auditor, who sees by a later checkpoint what was put back.
        host.admin(f"audit verify --seal-key {FOLDER}/seal-key", by=AUDIT)
        host.admin(f"audit verify --anchor {FOLDER}/early", by=AUDIT)
        done = host.admin(f"audit verify --anchor {FOLDER}/late", by=AUDIT, check=False)
        self.assertEqual(done.status, 1, done)
        self.assertIn("was put back and continued differently", done.text)
        host.admin("keys rotate", by=SECURITY)
        self.assertEqual(host.ssh(USER).status, 0)


if __name__ == "__main__":
    unittest.main()

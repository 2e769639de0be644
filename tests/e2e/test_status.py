"""`status` as a doctor: the shipped setup is in order, and each fault that is really made on the
host is named, with what mends it; mended so, it is gone."""

import json
import re
import unittest

from host import RESCUE, HostTest

SSHD = "/etc/ssh/sshd_config.d/gdpop.conf"

# What breaks the host, the line that names it, how bad that is, and words of its value.
FAULTS = [
    # PAM: unix before gdpop, refusals that do not count, gdpop missing, in each phase
    (r"sed -i '0,/^auth/s//auth sufficient pam_unix.so\n&/' /etc/pam.d/sshd", "pam.sshd.auth",
     "warning", "pam_unix.so lets accounts of gdpop pass without"),
    (r"sed -i '/^account.*pam_gdpop/s/\[.*\]/optional/' /etc/pam.d/login", "pam.login.account",
     "serious", "after pam_gdpop has refused"),
    (r"sed -i '/^account.*pam_gdpop/d' /etc/pam.d/sshd", "pam.sshd.account", "serious", "missing"),
    (r"sed -i '/^password.*pam_gdpop/d' /etc/pam.d/passwd", "pam.passwd.password", "warning",
     "missing"),
    (r"sed -i '/^session.*pam_gdpop/d' /etc/pam.d/sudo", "pam.sudo.session", "warning", "missing"),
    (r"sed -i '/pam_loginuid/d' /etc/pam.d/sshd", "pam.sshd.session", "warning", "pam_loginuid"),
    (r"sed -i '/^auth.*pam_gdpop/s/die/perhaps/' /etc/pam.d/su", "pam.su.auth", "serious",
     "line 4"),
    (r"printf '%s required pam_permit.so\n' auth account > /etc/pam.d/kiosk", "pam.kiosk.auth",
     "warning", "pam_permit.so lets"),
    # names
    (r"sed -i '/^passwd:/s/ gdpop//' /etc/nsswitch.conf", "nsswitch.passwd", "serious",
     "gdpop is missing"),
    (r"sed -i '/^group:/s/files/gdpop files/' /etc/nsswitch.conf", "nsswitch.group", "warning",
     "before files"),
    (r"sed -i '/^group:/s/gdpop/[NOTFOUND=return] gdpop/' /etc/nsswitch.conf", "nsswitch.group",
     "serious", "ends before"),
    (r"echo 'initgroups: files' >> /etc/nsswitch.conf", "nsswitch.initgroups", "serious",
     "missing"),
    # sshd, its Match blocks too
    (f"sed -i 's/^UseDNS no/UseDNS yes/' {SSHD}", "sshd.UseDNS", "warning", "UseDNS yes"),
    (f"sed -i 's/^UsePAM yes/UsePAM no/' {SSHD}", "sshd.UsePAM", "serious", "UsePAM no"),
    (f"sed -i '0,/^AuthenticationMethods.*/s//AuthenticationMethods any/' {SSHD}",
     "sshd.AuthenticationMethods", "warning", "any"),
    (f"sed -i 's/^DisableForwarding yes/DisableForwarding no/' {SSHD}", "sshd.DisableForwarding",
     "warning", "no"),
    ("echo 'MaxSessions 50' > /etc/ssh/sshd_config.d/many.conf", "sshd.MaxSessions", "warning",
     "50"),
    ("printf 'Match Address 127.0.0.1\\n AuthorizedKeysFile /srv/%%u\\n' "
     "> /etc/ssh/sshd_config.d/00-match.conf", "sshd.AuthorizedKeysFile", "serious", "/srv"),
    (f"sed -i 's/^Match User .*/Match User root/' {SSHD}", f"sshd.rescue.{RESCUE}", "warning",
     "cannot log in"),
    (f"echo Nonsense >> {SSHD}", "sshd", "warning", "refuses its configuration"),
    # owners and modes
    ("touch /etc/gdpop/keys/copy.old && chmod 640 /etc/gdpop/keys/copy.old",
     "files./etc/gdpop/keys/copy.old", "serious", "0640"),
    ("chmod 644 /var/lib/gdpop/write.lock", "files./var/lib/gdpop/write.lock", "serious", "0644"),
    ("chmod 666 /etc/pam.d/sshd", "files./etc/pam.d/sshd", "serious", "0666"),
    ("chown 1234 /var/lib/gdpop-nss", "files./var/lib/gdpop-nss", "serious", "1234"),
    # people beside gdpop
    ("useradd -m -s /bin/bash guest", "locals.guest", "warning", "refused by gdpop"),
    ("useradd -r -s /bin/sh -p '$6$salt$hash' daemonic", "locals.daemonic", "warning",
     "beside gdpop"),
    ("useradd -o -u 0 -g 0 -N toor", "locals.toor", "serious", "second root"),
    ("useradd -r -p '' empty", "locals.empty", "serious", "empty password"),
    (f"sed -i 's/^{RESCUE}:/former:/' /etc/passwd", f"locals.{RESCUE}", "serious",
     "not in /etc/passwd"),
    # clock
    ("touch /run/lab-unsynchronised", "clock_source", "warning", "no time service"),
]
KEPT = ("etc/pam.d etc/nsswitch.conf etc/ssh etc/passwd etc/shadow etc/group etc/gshadow "
        "etc/subuid etc/subgid etc/gdpop var/lib/gdpop-nss")


class TestStatus(HostTest):
    operators = ("zhangsan",)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        lab = cls.lab
        # Of the machine that carries the lab.
        lab.sh("awk -F: '$3 > 999 && $3 < 60000 && $1 != \"" + RESCUE + "\" {print $1}' "
               "/etc/passwd | xargs -rn1 userdel")
        lab.set_time(seconds=0)
        lab.sh(f"tar -C / -cpf /root/sound.tar {KEPT}")

    def restore(self):
        self.lab.sh("rm -rf /etc/ssh/sshd_config.d /etc/pam.d /run/lab-unsynchronised && "
                    "rm -f /etc/gdpop/keys/copy.old && tar -C / -xpf /root/sound.tar && "
                    "chmod 600 /var/lib/gdpop/*")

    def status(self, words=""):
        done = self.lab.sh(f"gdpop-admin --json status {words}", check=False)
        return done.status, {row["item"]: row for row in json.loads(done.text)}

    def assertPrometheus(self, text):
        """What promtool asks of the text format: each metric has help and a type before its samples,
        which stand together, and no series stands twice."""
        self.assertTrue(text.endswith("\n"))
        label = r'[a-zA-Z_]\w*="(?:[^"\\\n]|\\[\\"n])*"'
        sample = re.compile(rf"([a-zA-Z_:][\w:]*)((?:\{{{label}(?:,{label})*\}})?) (-?\d+(?:\.\d+)?)")
        described, series, last = {}, set(), None
        for line in text[:-1].split("\n"):
            head = re.fullmatch(r"# (HELP|TYPE) ([a-zA-Z_:][\w:]*) (.+)", line)
            if head:
                kind, name, words = head.groups()
                self.assertNotIn(kind, described.setdefault(name, {}), line)
                described[name][kind] = words
                if kind == "TYPE":
                    self.assertIn(words, ("gauge", "counter"))
                last = name
                continue
            found = sample.fullmatch(line)
            self.assertTrue(found, line)
            self.assertEqual(found[1], last, "samples of a metric stand together, behind its head")
            self.assertEqual(set(described[last]), {"HELP", "TYPE"})
            self.assertNotIn(found[1] + found[2], series)
            series.add(found[1] + found[2])
        self.assertTrue(series)

    def assertSound(self):
        status, rows = self.status()
        found = [r for r in rows.values() if r["severity"] not in ("fine", "notice")]
        self.assertEqual((status, found), (0, []))

    def test_1_the_shipped_setup_has_no_finding(self):
        self.assertSound()
        self.assertIn("sshd login su", self.status()[1]["pam"]["value"])
        self.assertEqual(self.status()[1]["duty.audit"]["severity"], "notice")

    def test_2_each_fault_is_named_with_its_remedy(self):
        for command, item, severity, words in FAULTS:
            with self.subTest(command=command):
                self.addCleanup(self.restore)
                self.lab.sh(command)
                status, rows = self.status()
                self.restore()
                found = sorted(r["item"] for r in rows.values() if not r["ok"])
                self.assertIn(item, found)
                self.assertEqual((status, rows[item]["severity"]), (1, severity), rows[item])
                self.assertIn(words, rows[item]["value"])
                self.assertTrue(rows[item]["remedy"], rows[item])
        self.assertSound()

    def test_3_keys_and_data_that_others_may_read_are_not_even_opened(self):
        """What can be checked without them is, and the remedy mends."""
        keys = self.lab.sh("ls /etc/gdpop/keys/*.key").text.split()
        for path in (*keys, "/var/lib/gdpop/data.mdb"):
            with self.subTest(path=path):
                self.lab.sh(f"chmod 644 {path}")
                self.addCleanup(self.lab.sh, f"chmod 600 {path}")
                other = self.lab.sh("gdpop-admin tick", check=False)
                self.assertEqual(other.status, 4)
                self.assertIn(path, other.text)
                status, rows = self.status()
                self.assertEqual(status, 4)
                self.assertEqual(rows["store"]["severity"], "serious")
                self.assertIn(path, rows["store"]["value"])
                self.assertEqual([rows[x]["ok"] for x in ("pam", "nsswitch.passwd", "sshd")],
                                 [True] * 3)
                plain = self.lab.sh("gdpop-admin status --check --language zh", check=False)
                self.assertIn(rows[f"files.{path}"]["remedy"], plain.text)
                self.lab.sh(rows[f"files.{path}"]["remedy"])
                self.assertSound()

    def test_3_a_store_that_is_away_is_told(self):
        self.lab.sh("mv /var/lib/gdpop/data.mdb /root/data.mdb")
        status, rows = self.status("--check")
        metrics = self.lab.sh("gdpop-admin status --format prometheus", check=False)
        self.lab.sh("mv /root/data.mdb /var/lib/gdpop/data.mdb")
        self.assertEqual((status, metrics.status), (4, 4))
        self.assertIn("data.mdb", rows["store"]["value"])
        self.assertIn("backup restore", rows["store"]["remedy"])
        self.assertIn('gdpop_status_finding{item="store",severity="serious"} 1', metrics.text)
        self.assertSound()

    def test_4_remedies_that_are_commands_mend(self):
        for command, item in (
                ("chmod 644 /var/lib/gdpop/write.lock", "files./var/lib/gdpop/write.lock"),
                ("chown 1234 /etc/nsswitch.conf && chmod 666 /etc/nsswitch.conf",
                 "files./etc/nsswitch.conf"),
                ("useradd -r -s /bin/sh -p '$6$salt$hash' daemonic", "locals.daemonic"),
                ("useradd -r -p '' empty", "locals.empty")):
            with self.subTest(item=item):
                self.lab.sh(command)
                self.lab.sh(self.status()[1][item]["remedy"].split(",")[0])
                self.assertNotIn(item, self.status()[1])
        self.lab.sh("userdel daemonic; userdel empty")
        self.assertSound()

    def test_5_an_old_snapshot_is_mended_by_tick(self):
        lab = self.lab
        lab.sh("cp -p /var/lib/gdpop-nss/snapshot /root/old")
        self.host.enrol("lisi")
        self.assertSound()
        lab.sh("cp -p /root/old /var/lib/gdpop-nss/new && "
               "mv /var/lib/gdpop-nss/new /var/lib/gdpop-nss/snapshot")
        status, rows = self.status()
        self.assertEqual((status, rows["snapshot_generation"]["ok"]), (1, False))
        lab.sh(rows["snapshot_generation"]["remedy"])
        self.assertSound()

    def test_6_sshd_that_does_not_answer_is_waited_for_in_vain_but_not_long(self):
        lab = self.lab
        lab.sh("cp -p /usr/sbin/sshd /root/sshd && rm /usr/sbin/sshd && "
               "printf '#!/bin/sh\\nexec sleep 600\\n' > /usr/sbin/sshd && chmod 755 /usr/sbin/sshd")
        status, rows = self.status()
        lab.sh("rm /usr/sbin/sshd && mv /root/sshd /usr/sbin/sshd")
        self.assertEqual((status, rows["sshd"]["severity"]), (1, "warning"))
        self.assertIn("did not answer", rows["sshd"]["value"])
        self.assertEqual(lab.sh("pgrep -x sleep", check=False).text, "")

    def test_7_installed_files_are_those_that_were_signed(self):
        lab, admin = self.lab, "/usr/sbin/gdpop-admin"
        page = "/usr/share/man/man8/pam_gdpop.8"
        self.assertEqual(self.status()[1]["manifest"]["severity"], "notice")
        lab.sh(self.status()[1]["manifest"]["remedy"])
        self.addCleanup(lab.sh, "rm /etc/gdpop/manifest")
        self.assertEqual(self.status()[1]["manifest"]["severity"], "fine")
        with open("/etc/gdpop/manifest", encoding="utf-8") as file:
            signed = file.read()
        for path in (admin, "/usr/sbin/gdpop-admin", "libgdpop.so.0", "libnss_gdpop.so.2",
                     "pam_gdpop.so", "gdpop-ssh-keys"):
            self.assertRegex(signed, rf"(?m)^sm3 [0-9a-f]{{64}} \S*{path}$")
        self.assertNotIn(" /etc/", signed)
        self.assertEqual(len(self.host.events(action="manifest.make")), 1)
        self.assertSound()
        lab.sh(f"cp -p {admin} /root/admin && printf x >> {admin} && mv {page} /root/page")
        status, rows = self.status()
        lab.sh(f"cp -p /root/admin {admin} && mv /root/page {page}")
        self.assertEqual((status, rows[f"manifest.{admin}"]["severity"]), (1, "serious"))
        self.assertIn("missing", rows[f"manifest.{page}"]["value"])
        self.assertSound()
        digest = lab.sh("sed -n 's/^sm3 \\([0-9a-f]*\\) .*/\\1/p' /etc/gdpop/manifest").text.split()
        for edit in (f"s/{digest[3]}/{digest[4]}/", "/^signature/d", "s/^signature .*/signature 3006/",
                     "$s/$/ x/", "s/^version .*/version 0.0.9/"):
            with self.subTest(edit=edit):
                lab.sh(f"sed -i '{edit}' /etc/gdpop/manifest")
                row = self.status()[1]["manifest"]
                self.assertEqual(row["severity"], "serious")
                self.assertIn("not signed by this host", row["value"])
                lab.write("/etc/gdpop/manifest", signed)
        self.assertSound()

    def test_8_for_monitoring_and_for_people(self):
        lab = self.lab
        sound = lab.sh("gdpop-admin status --format prometheus")
        self.assertIn('\ngdpop_status_findings{severity="warning"} 0\n', sound.text)
        self.assertRegex(sound.text, r'\ngdpop_status_value\{item="room_kib"\} \d+\n')
        self.assertPrometheus(sound.text)
        lab.sh("sed -i '/^passwd:/s/ gdpop//' /etc/nsswitch.conf")
        self.addCleanup(self.restore)
        faulty = lab.sh("gdpop-admin status --format prometheus", check=False)
        self.assertEqual(faulty.status, 1)
        self.assertPrometheus(faulty.text)
        self.assertIn('gdpop_status_finding{item="nsswitch.passwd",severity="serious"} 1\n',
                      faulty.text)
        folder = "/var/lib/prometheus/node-exporter"
        with open("/usr/lib/systemd/system/gdpop-metrics.service", encoding="utf-8") as file:
            command = next(x for x in file if x.startswith("ExecStart=")).split("=", 1)[1]
        lab.sh(f"mkdir -p {folder} && {command}")
        with open(f"{folder}/gdpop.prom", encoding="utf-8") as file:
            self.assertIn('item="nsswitch.passwd"', file.read())
        self.assertEqual(lab.sh(f"ls {folder}").text, "gdpop.prom\n")
        chinese = lab.sh("gdpop-admin status", env={"LANG": "zh_CN.UTF-8"}, check=False).text
        self.assertIn("严重", chinese)
        self.assertIn("缺少 gdpop", chinese)


if __name__ == "__main__":
    unittest.main()

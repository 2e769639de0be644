"""A running host goes from the stock stack to gdpop with its accounts, and back."""

import datetime
import json
import unittest

from host import PAPERS, RESCUE, SECURITY, SYSTEM, Host, id_number, sentence_code
from lab import ENDED, PASSWORD, PROMPT, SHELL, Lab

RESCUE_PASSWORD = "Rescue-Me-31"
DROP_IN = "/etc/ssh/sshd_config.d/gdpop.conf"
KEPT = "/root/stock"
OLD = {"laowang": "lao-wang-old-1", "laoli": "lao-li-old-2", "laozhao": "lao-zhao-old-3"}
LOCKED = "laosun"
HEADER = "账号,姓名,证件号码,单位,职务,电话,系统,角色"


class StockHost(Host):
    """A host with people of its own, before anything of gdpop is in its stacks."""

    def _configure(self):
        lab = self.lab
        lab.write("/etc/machine-id", "6764706f706c61620000000000000003\n")
        lab.sh(f"useradd -m -s /bin/bash {RESCUE}")
        lab.sh("chpasswd", stdin=f"{RESCUE}:{RESCUE_PASSWORD}\n")
        lab.write("/etc/gdpop/gdpop.conf", f"break_glass = root {RESCUE}\nlanguage = en\n")
        lab.sh("groupadd -g 2500 bureau")
        for user in list(OLD) + [LOCKED]:
            lab.sh(f"useradd -m -s /bin/bash {'-g bureau ' if user == 'laoli' else ''}{user}")
            lab.sh(f"su {user} -s /bin/sh -c 'echo kept > ~/work'")
        lab.sh("chpasswd", stdin=f"laowang:{OLD['laowang']}\nlaozhao:{OLD['laozhao']}\n")
        lab.sh("chpasswd -c SHA512", stdin=f"laoli:{OLD['laoli']}\n")
        lab.sh(f"echo '{LOCKED}:any' | chpasswd && usermod -L {LOCKED}")
        lab.sh(f"mkdir -m 700 {KEPT} && cp -a /etc/passwd /etc/shadow /etc/group {KEPT}")


class Adopt(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.lab = Lab()
        cls.addClassCleanup(cls.lab.stop)
        cls.host = StockHost(cls.lab)
        cls.uid = {user: int(cls.lab.sh(f"id -u {user}").text) for user in list(OLD) + [LOCKED]}

    def ssh(self, user, password=None, **options):
        options.setdefault("command", "id -un")
        return self.lab.ssh(user, answers=[(PASSWORD, password or OLD[user])], **options)

    def allowed(self, user, **options):
        result = self.ssh(user, **options)
        self.assertEqual((result.status, result.text.split()[-1]), (0, user), result)
        return result

    def adopt(self, *options, check=True):
        words = (f"account adopt --passwd {KEPT}/passwd --shadow {KEPT}/shadow "
                 f"--persons {PAPERS}/persons.csv " + " ".join(options))
        return self.host.admin(words, check=check)

    def persons(self, *rows):
        lines = [HEADER] + [",".join(row) for row in rows]
        self.lab.write(f"{PAPERS}/persons.csv", "\r\n".join(lines) + "\r\n")

    def frozen(self, user):
        refused = self.ssh(user)
        self.assertEqual((refused.outcome, sentence_code(refused.text)), (ENDED, "F02"), refused)

    # in the order of their names

    def test_1_the_stock_stack_lets_them_in(self):
        self.lab.start_sshd("PasswordAuthentication yes\n")
        for user in OLD:
            self.allowed(user)

    def test_2_errors_are_told_at_their_place_and_nothing_is_taken_over(self):
        good = ("laowang", "王一", id_number("19700101", 1), "thws", "科员", "13900000101",
                "population", "entry")
        bad = ("laoli", "李二", "440106197202021234", "thws", "科员", "13900000102", "population",
               "entry")
        nobody = ("laoqian", "钱三", id_number("19730303", 3), "thws", "科员", "13900000103",
                  "population", "entry")
        rescue = (RESCUE, "", "", "", "", "", "", "")
        self.persons(good, bad, nobody, rescue)
        refused = self.adopt(check=False)
        self.assertEqual(refused.status, 2, refused)
        self.assertIn("persons.csv:3:3 (证件号码)", refused.text)
        self.assertIn("persons.csv:4:1 (账号)", refused.text)
        self.assertIn("persons.csv:5:1 (账号)", refused.text)
        self.assertIn("nothing was written", refused.text)
        self.assertNotIn("laowang", self.host.admin("account list").text)

    def test_3_taken_over_with_uid_home_and_hash(self):
        self.persons(("laowang", "王一", id_number("19700101", 1), "thws", "科员", "13900000101",
                      "population", "entry"),
                     ("laoli", "李二", id_number("19720202", 2), "thws", "科员", "13900000102",
                      "population", "entry"))
        tried = json.loads(self.adopt("--dry-run --json 2>/dev/null").text)
        lacks = {row["user"]: row["lacks"] for row in tried if not row["skipped"]}
        self.assertEqual(lacks["laowang"], "approval, pledge, device")
        self.assertEqual(lacks["laozhao"], "real-name data, application, approval, pledge, device")
        self.assertEqual(lacks[LOCKED], lacks["laozhao"] + ", password")
        local = {row["user"]: row["skipped"] for row in tried if row["skipped"]}
        self.assertEqual(local[RESCUE], "break-glass")
        self.assertEqual((local["root"], local["nobody"]), ("break-glass", "system account"))
        self.assertNotIn("laowang", self.host.admin("account list").text)
        self.adopt()
        for user, uid in self.uid.items():
            named = self.lab.sh(f"getent -s gdpop passwd {user}").text.split(":")
            self.assertEqual((int(named[2]), named[5]), (uid, f"/home/{user}"), named)
        self.assertEqual(self.lab.sh("getent -s gdpop passwd laoli").text.split(":")[3], "2500")
        again = self.adopt(check=False)
        self.assertIn("is in the store already", again.text)
        self.allowed("laowang")  # PAM still is the stock one

    def test_4_an_observing_start_needs_a_leader_above(self):
        end = self.lab.now() + datetime.timedelta(hours=8 + 4)
        Adopt.end = end.replace(microsecond=0, tzinfo=None)
        until = Adopt.end.isoformat()
        term = (f"--from {self.host.today()} --until {until} --paper {self.host.paper('start')} "
                "--reason 平滑切换")
        known = {p["name"]: p["id"] for p in
                 json.loads(self.lab.sh("gdpop-admin --json recover person list").text)}
        own, above = known["田区"], known["马市"]
        refused = self.host.admin(f"observe start host {term} --leader {own}", SECURITY, False)
        self.assertEqual(refused.status, 1, refused)
        self.assertIn("DB-8.1.4.2e", refused.text)
        lending = self.host.admin(f"observe start host {term} --leader {above} --rule lending",
                                  SECURITY, False)
        self.assertEqual(lending.status, 1, lending)
        started = self.host.row(f"observe start host {term} --leader {above}", SECURITY)
        self.assertEqual(self.host.rows("observe list", SECURITY), [])
        confirmed = self.host.rows(f"request confirm {started['request']}", SYSTEM)
        self.assertEqual(len(confirmed), 10)

    def test_5_switched_they_log_in_with_their_old_passwords(self):
        lab = self.lab
        lab.sh("sed -i -E '/^(passwd|group):/{s/ +gdpop//;s/$/ gdpop/}' /etc/nsswitch.conf")
        lab.sh("DEBIAN_FRONTEND=noninteractive pam-auth-update --enable gdpop mkhomedir")
        lab.sh("sed -i 's/pam_gdpop.so/& nodelay/' /etc/pam.d/common-*")
        lab.sh(f"cp /usr/share/gdpop/sshd_config.d/gdpop.conf {DROP_IN}")
        lab.sh(f"sed -i -e 's/^Match User root/Match User root,{RESCUE}/' -e "
               f"'s/^AuthenticationMethods pub.*/& keyboard-interactive:pam/' {DROP_IN}")
        lab.stop_sshd()
        lab.start_sshd("")
        for _ in range(2):  # the hash is made new at the first one
            for user in OLD:
                self.allowed(user)
        observed = self.host.events(subject="laowang", outcome="observed")
        codes = {e["code"]: e["tag"] for e in observed}
        self.assertLessEqual({"A01", "V02", "T01"}, set(codes))
        self.assertTrue(all(codes.values()), codes)
        wrong = self.ssh("laowang", password="not-the-one")
        self.assertNotIn("laowang\n", wrong.text)
        self.assertEqual(self.ssh(LOCKED, password="any").outcome, PROMPT)

    def test_6_who_would_be_locked_out(self):
        rows = self.host.rows("account list --would-deny --org thws")
        why = {}
        for row in rows:
            why.setdefault(row["user"], []).append(row["rule"])
        self.assertEqual(why["laowang"], ["approved", "device"])
        self.assertEqual(why["laozhao"], ["approved", "systems", "device"])
        lacking = {r["user"]: r["lacks"] for r in self.host.rows("account list --lacking")}
        self.assertEqual(lacking["laoli"], "approval, pledge, device")

    def test_7_freezes_and_lending_hold(self):
        lent = self.lab.su("laowang", "laozhao", password=OLD["laozhao"])
        self.assertNotEqual(lent.status, 0, lent)
        self.frozen("laozhao")
        self.host.admin("account unfreeze laozhao --reason 已核查", SECURITY)
        self.allowed("laozhao")
        self.host.admin("account freeze laozhao --reason 查证", SECURITY)
        self.frozen("laozhao")

    def test_8_the_local_entries_go(self):
        lab = self.lab
        for user in self.uid:
            lab.sh(f"sed -i '/^{user}:/d' /etc/passwd /etc/shadow")
        for user in ("laowang", "laoli"):
            self.allowed(user)
            known = lab.sh(f"id -u {user}; stat -c '%U %u' /home/{user}/work").text.split()
            self.assertEqual(known, [str(self.uid[user]), user, str(self.uid[user])])
        self.assertEqual(lab.sh("id -gn laoli").text.strip(), "bureau")

    def test_9_the_end_of_the_observation(self):
        host, lab = self.host, self.lab
        person = host.row("account show laoli")["person"]
        host.admin(f"account approve laoli --paper {host.paper('laoli-approval')}")
        request = host.row("account show laoli")["request"]  # laowang's is the row before
        self.assertEqual(request, host.row("account show laowang")["request"])
        host.admin(f"request confirm {request} --row 2", SECURITY)
        done = host.admin(f"agreement file --person {person} --kind A5 {host.paper('laoli-pledge')} "
                          f"--date {host.today()}")
        self.assertTrue(done.ok, done)
        device = host.row("device add --kind computer --name 电脑 --responsible " + person +
                          f" --key {lab.key('laoli-pc')}.pub")["id"]
        host.admin(f"device bind {device} laoli")
        self.assertEqual(host.row("account show laoli")["state"], "active")
        china = datetime.timezone(datetime.timedelta(hours=8))
        end = Adopt.end.replace(tzinfo=china)
        lab.set_time(end - datetime.timedelta(seconds=90))
        live = lab.session("laowang", answers=[(PASSWORD, OLD["laowang"])])
        self.assertEqual(live.outcome, SHELL, live.text)
        self.allowed("laowang")
        lab.set_time(end + datetime.timedelta(seconds=1))
        refused = self.ssh("laowang")
        self.assertEqual((refused.outcome, sentence_code(refused.text)), (ENDED, "A01"), refused)
        self.assertIn("approval", refused.sentence)
        self.assertEqual(lab.sh("id -u laowang").text.strip(), str(self.uid["laowang"]))
        in_session = live.run("passwd", [(PASSWORD, OLD["laowang"])])
        self.assertFalse(in_session.ok, in_session)
        self.assertEqual(sentence_code(in_session.text), "A01", in_session)
        host.admin("policy set grant_end_sessions yes --reason 切换", SECURITY)
        lab.sh("gdpop-admin tick")
        live.wait_end()
        new = "Xin-Mi-Ma-64"
        changed = lab.ssh("laoli", key=lab.key("laoli-pc"), command="id -un",
                          answers=[(PASSWORD, OLD["laoli"]), (PASSWORD, new), (PASSWORD, new)])
        self.assertIn("T01", changed.text)
        self.assertTrue(changed.ok, changed)

    def test_a_back(self):
        lab = self.lab
        lab.sh("DEBIAN_FRONTEND=noninteractive pam-auth-update --disable gdpop")
        lab.sh(f"rm {DROP_IN} && sshd -t")
        lab.sh("sed -i -E '/^(passwd|group):/s/ gdpop//' /etc/nsswitch.conf")
        for user in self.uid:
            for file in ("passwd", "shadow"):
                lab.sh(f"grep '^{user}:' {KEPT}/{file} >> /etc/{file}")
        lab.sh("pwck -r -q; grpck -r", check=False)
        lab.stop_sshd()
        lab.start_sshd("PasswordAuthentication yes\n")
        for user in OLD:  # with the password of before, also who has changed it since
            self.allowed(user)
            self.assertEqual(int(lab.sh(f"id -u {user}").text), self.uid[user])


if __name__ == "__main__":
    unittest.main()

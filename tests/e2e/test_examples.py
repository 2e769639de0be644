"""The example of every command, as its help shows it, on a real terminal in each language: typed by
an administrator in a login, on a store that has what it names, and answered, not refused.

Each is tried in English, then done in Chinese. Only `audit seal-key` is refused: the first key of a
trail is given out by init alone. `audit forward` runs without --follow, which does not end."""

import datetime
import json
import os
import re
import shutil
import unittest

from desk import FOLDER, PASSPHRASE, Desk
from host import AUDIT, LEADERS, PAPERS, SECRETS, SECURITY, SYSTEM, Host, id_number
from lab import LabTest
from root import CHECKOUT
from spoken import Spoken, read_commands

TODAY = "2026-04-30"  # a Thursday before the days that the examples name
OPERATORS = ("zhangsan", "lisi", "wangwu", "zhaoliu", "qianqi", "sunba", "zhoujiu", "wushi")
HOST = "6764706f706c61620000000000000001"
ROOT = "root"
# Fields of an answer that name something.
NAMES = ("id", "user", "account", "subject", "rule", "setting", "name", "organisation", "what")
BY = {"security": SECURITY, "audit": AUDIT}
ORGANISATIONS = """代码,名称,级别,区划,上级单位
gongan,公安局,county,440106,gzws
dgws,东莞市卫生健康局,city,441900,gdws
dgst,石碣镇,town,441900101,dgws
oldtown,旧镇,town,440106001,thws
newtown,新镇,town,440106002,thws
"""
FORM = "user,name,id_number,organisation,department,post,phone,staff,system,role,request\n"


def form(user, name, born, request="", staff="permanent", role="entry"):
    return (f"{user},{name},{id_number(born, 7)},thws,人口科,科员,13800138001,{staff},population,"
            f"{role},{request}\n")


def step(command, change=None, **more):
    return command, change or {}, more


# GD-A1.3, GD-5.7, CQ-6.6: what stands before a vendor's account.
VENDOR = [
    (SYSTEM, "org add ruanjian --name 某软件公司 --kind vendor --level county --division 440106 "
             "--supervised-by thws"),
    (SYSTEM, "agreement file --org ruanjian --kind A1 pledge.pdf --date " + TODAY),
    (SYSTEM, "person add --name 龚司 --id-number " + id_number("19870707", 5) + " --org ruanjian "
             "--post 工程师 --phone 13800138009 --staff vendor", "vendor"),
    (SYSTEM, "agreement file --person {vendor} --kind nda pledge.pdf --date " + TODAY),
    (SYSTEM, "agreement file --person {vendor} --kind A5 pledge.pdf --date " + TODAY),
    (SYSTEM, "account apply gongsi1 --person {vendor} --system population --role vendor", "vendor"),
    (SYSTEM, "account show gongsi1", "vendor"),
    (SYSTEM, "request consent {vendor.request} --kind background --unit 公安 --date " + TODAY),
    (SYSTEM, "account approve gongsi1 --paper decision.pdf"),
    (SECURITY, "request confirm {vendor.request}"),
]

# A leader decides in a login of his own; what he approved is left to an administrator to carry out.
LEADER = "tian"
LEADER_DECIDES = [
    (SYSTEM, f"account apply {LEADER} --person {{thws}} --system population --role leader"),
    (SYSTEM, f"account approve {LEADER} --leader {{gzws}} --paper decision.pdf"),
    (SYSTEM, f"account show {LEADER}", "leader"),
    (SECURITY, "request confirm {leader.request}"),
    (SYSTEM, "agreement file --person {thws} --kind A5 pledge.pdf --date " + TODAY),
    "the leader logs in",
    (SECURITY, "exception add zhangsan --from 2026-05-05 --until 2026-05-06 --reason 下乡核查", "asked"),
    (LEADER, "request approve {asked.request}"),
]

# In this order: a command; words of its example -> what they are here, {x} being what an earlier
# step kept as x; by whom, where it is not whom the help names; what is done first; the exit status, where it is not 0.
STORY = [
    step("status", by=ROOT, status=(0, 1), names=("item", "value", "remedy")),
    step("tick", by=ROOT),
    step("manifest make", by=ROOT),
    step("service note", by=ROOT),
    step("audit seal-key", {"--to seal-key": "--to another-key"}, by=ROOT, status=(3,)),
    step("org import"),
    step("org add", {"gdws": "xintang", "某省卫生健康委": "新塘镇", "province": "town",
                     "440000": "440106003 --supervised-by thws"}),
    step("org tree"),
    step("org leader", {"gdws": "gongan", "P000001": "{wushi}"}),
    step("org merge"),
    step("org take-up"),
    step("org suspend"),
    step("org resume"),
    step("org recode", {"thws": "xintang", "440118": "440118100"}),
    step("person add", {"gdws": "thws"}, keep="new"),
    step("person list"),
    step("person show"),
    step("person correct", {"P000007": "{new}", "440106199001011235": "440106199001011438"}),
    step("person reveal"),
    step("person purge", {"decision.pdf": "decision.pdf --confirm 0"}),
    step("account apply", {"zhangsan": "newman", "P000001": "{new}"}),
    step("account approve", {"zhangsan": "newman", "P000002": "{thws}", "2026-03-02": TODAY}),
    step("agreement file", {"P000001": "{new}", "2026-03-02": TODAY}),
    step("agreement list", {"P000001": "{new}"}),
    step("account initial-password", {"zhangsan": "wangwu", "wangwu.password": "wangwu.password"}),
    step("account list"),
    step("account show"),
    step("account due"),
    step("account freeze"),
    step("account unfreeze"),
    step("account unlock"),
    step("account import"),
    step("account register", first=[(SECURITY, "profile load sz-cme")]),
    step("account sheet"),
    step("account suspend", {"zhangsan": "lisi"}),
    step("account second", {"zhangsan": "wangwu", "thws": "yxws"}),
    step("account return", {"zhangsan": "wangwu"}),
    step("account transfer", {"zhangsan": "zhaoliu", "thws": "yxws"}),
    step("account adopt"),
    step("account succeed", {"zhangsan": "qianqi", "lisi": "sunba"}),
    step("account leave", {"zhangsan": "zhangsan"}),
    step("leave list"),
    step("leave withdraw"),
    step("leave checklist", {"zhangsan": "zhoujiu"}, first=[
        (SYSTEM, f"account leave zhoujiu --on {TODAY} --reason retired --successor sunba")]),
    step("leave return", {"zhangsan": "zhoujiu"}),
    step("leave hand-over", {"zhangsan": "zhoujiu"}),
    step("leave accept", {"zhangsan": "zhoujiu"}),
    step("leave gather", {"zhangsan": "zhoujiu"}),
    step("leave audit", {"zhangsan": "zhoujiu"}),
    step("leave close", {"zhangsan": "zhoujiu"}, first=[
        (SYSTEM, "device unbind {zhoujiu.device} zhoujiu")]),
    step("account close", {"zhangsan": "newman"}),
    step("audit accept-clock"),
    step("audit certificate"),
    step("audit checkpoint"),
    step("audit confirm"),
    step("audit list"),
    step("audit show"),
    step("audit verify"),
    step("audit export", {"2026-05-01": "2026-04-01", "2026-05-31": TODAY}),
    step("audit review", {"2026-05-01": "2026-04-01", "2026-05-31": TODAY}),
    step("audit hold", keep="hold"),
    step("audit forward", {"--follow": "--from 1"}, by=ROOT),
    step("backup key-add"),
    step("backup keys", keep="key"),
    step("backup create"),
    step("backup list"),
    step("backup verify"),
    step("backup drill"),
    step("backup key-end", {"3f2a6c0de1b94857": "{key}"}),
    step("calendar load"),
    step("calendar list"),
    step("compliance", status=(1,)),
    step("device add", {"P000003": "{zhangsan}"}, keep="device"),
    step("device bind", {"D000001": "{device}"}),
    step("device code", {"D000001": "{device}"}),
    step("device list"),
    step("device show"),
    step("device lost", {"D000001": "{device}"}),
    step("device found", {"D000001": "{device}"}),
    step("device unbind", {"D000001": "{device}"}),
    step("device retire", {"D000001": "{device}"}),
    step("exception add", keep="exception"),
    step("exception list", first=[(SYSTEM, "request confirm {exception.request}")],
         keep="exception"),
    step("exception end", {"X000001": "{exception}"}),
    step("grant add", keep="grant"),
    step("grant list"),
    step("grant done", {"X000001": "{grant}"}),
    step("waiver add", keep="waiver"),
    step("waiver list", first=[(SYSTEM, "request confirm {waiver.request}")], keep="waiver"),
    step("waiver end", {"X000002": "{waiver}"}),
    step("window add", first=VENDOR, keep="window"),
    step("window list", first=[(SECURITY, "request confirm {window.request}")], keep="window"),
    step("window end", {"X000001": "{window}"}),
    step("observe add", keep="observe"),
    step("observe start"),
    step("observe list", first=[(SYSTEM, "request confirm {observe.request}")], keep="observe"),
    step("observe end", {"X000003": "{observe}"}),
    step("host add"),
    step("host list"),
    step("host show"),
    step("host set"),
    step("host retire"),
    step("host register", {"gdws": "thws", "app1": "lab"}, first=[
        (SYSTEM, f"host retire {HOST} --confirm {HOST}")]),
    step("keys list"),
    step("keys rotate"),
    step("obligation open", {"P000002": "P000005"}),
    step("obligation list", {"gzws": "gdws"}, keep="obligation", status=(1,)),
    step("obligation done", {"O000003": "{obligation}"}),
    step("policy set"),
    step("policy show", names=("value",)),
    step("policy test"),
    step("policy reset"),
    step("profile load"),
    step("profile list"),
    step("role list"),
    step("role load"),
    step("register kinds", names=("field",)),
    step("register add", keep="entry"),
    step("register list"),
    step("register due", status=(1,)),
    step("register move", {"R000012": "{moved}", "P000009": "{thws}"}, first=[
        (SYSTEM, "register add publication --org thws --field what=年报 --field audience=社会", "moved")]),
    step("register show", {"R000012": "{entry}"}),
    step("register withdraw", {"R000012": "{entry}"}),
    step("request open", keep="request"),
    step("request list"),
    step("request consent", {"R000001": "{request}"}, first=[(SYSTEM, "account import rows.csv")]),
    step("request show", {"R000001": "{request}"}),
    step("request reject", {"R000001": "{request}"}),
    step("request withdraw", {"R000001": "{request}", "--row 2": "--row 4"}),
    step("request approve", {"R000001": "{request}", "2026-03-02": TODAY}),
    step("request confirm", {"R000001": "{request}"}, by=SECURITY),
    step("request carry-out", {"R000001 --row 2": "{asked.request}"}, first=LEADER_DECIDES),
    step("reset open"),
    step("reset confirm", by=SECURITY),
    step("reset code"),
    step("session list"),
    step("session end"),
    step("workplace add", {"10.77.1.0/24": "10.99.1.0/24"}),
    step("workplace list"),
    step("workplace test", {"10.77.1.2": "10.99.1.2"}),
    step("workplace remove", {"10.77.1.0/24": "10.99.1.0/24"}),
    step("audit archive", {"2026-03-31": TODAY}, first=["twenty minutes later"]),
    step("audit prune", {"P000009": "{thws}", "2026-01-01": "2026-05-01"}, by=ROOT, recover=True,
         first=[(AUDIT, "audit hold end {hold} --reason 结案 --reference 2026-18"),
                "half a year later"]),
    step("backup restore", by=ROOT, first=["disk failed"]),
    step("audit rekey", by=ROOT),
    step("store destroy", {"P000009": "{thws}", "app1": "lab --with-active"}, by=ROOT, recover=True),
    step("init", {"/root/secrets": "/root/secrets-2"}, by=ROOT),
]


class ProvinceHost(Host):
    """Its administrators are the province's, logged in from its own network."""

    def _first(self):
        first = super()._first()
        for person in first["persons"]:
            if person["key"] in (SYSTEM, SECURITY, AUDIT):
                person["organisation"] = "gdws"
        for organisation in first["organisations"]:
            if organisation["id"] == "gdws":
                organisation["networks"] = [{"network": "192.0.2.0/24"}]
        for administrator in first["administrators"]:
            administrator["approval"]["leader"] = LEADERS["gdws"][0]
        return first


def words_in(*texts):
    return set(re.findall(r"[A-Za-z]+", " ".join(texts)))


def names_in(value, fields):
    """Words of these fields of an answer."""
    rows = value if isinstance(value, list) else [value]
    return words_in(*(str(row.get(field)) for row in rows for field in fields))


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


class TestExamples(Spoken, LabTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lab.set_time(at=datetime.datetime(2026, 4, 30, 2, tzinfo=datetime.timezone.utc))
        cls.host = ProvinceHost(cls.lab, "en")
        cls.host.nodelay()
        cls.lab.sh("echo 'forward = syslog' >> /etc/gdpop/gdpop.conf")
        cls.host.enrol(*OPERATORS)
        administrators = (SYSTEM, SECURITY, AUDIT)
        for user in administrators + ("zhangsan",):
            cls.host.choose_password(user)
        cls.lab.start_sshd()
        cls.desk = Desk(cls.host, *administrators, source="outside")
        cls.desk.resize(400)
        cls.kept = {user: cls.host.person[user] for user in OPERATORS}
        cls.kept.update({f"{user}.device": cls.host.device[user] for user in OPERATORS})
        cls.kept.update({o: cls.host.leader(o) for o in LEADERS})
        cls.make_files()
        cls.commands = read_commands(cls.lab)
        cls.schema = cls.host.schema
        cls.learn_words()

    @classmethod
    def learn_words(cls):
        """English words that stand for themselves in Chinese, and Chinese that names something."""
        typed = " ".join(f"{command} {example}" for command, (_, example) in cls.commands.items())
        typed += json.dumps([STORY, VENDOR, LEADER_DECIDES], default=str, ensure_ascii=False)
        data = json.dumps(cls.host.rows("org tree") + cls.host.rows("person list") +
                          cls.host.rows("account list") + cls.host.rows("device list"), ensure_ascii=False)
        data += "".join(read(f"{FOLDER}/{name}") for name in os.listdir(FOLDER)
                        if name.endswith(("csv", "json", "conf", "passwd")))
        for folder in ("", "profiles", "calendar"):
            for name in os.listdir(f"{CHECKOUT}/conf/{folder}"):
                path = f"{CHECKOUT}/conf/{folder}/{name}"
                data += read(path) if name.endswith(".conf") else ""
        helps = "".join(cls.lab.sh(f"gdpop-admin --language en {name} --help").text.split("\n")[0]
                        for name in cls.commands)
        cls.english_names = words_in(typed, data, helps)
        cls.chinese_names = typed + data

    @classmethod
    def make_files(cls):
        lab = cls.lab
        for name in ("decision pledge forms accepted audit handed-over appointment id notice consent "
                     "assessment").split():
            lab.write(f"{FOLDER}/{name}.pdf", f"%PDF {name}\n")
        lab.write(f"{FOLDER}/organisations.csv", ORGANISATIONS)
        lab.write(f"{FOLDER}/applications.csv", FORM + form("liuyi", "刘一", "19910101"))
        for name, key in (("id_ed25519", "zhangsan-pc"), ("id_ed25519_sk", "ukey")):
            lab.write(f"{FOLDER}/{name}.pub", lab.public_key(key) + "\n")
        lab.sh(f"cd {FOLDER} && openssl genpkey -algorithm SM2 -aes-256-cbc -pass pass:{PASSPHRASE} "
               f"-out backup.key 2>&1 && chmod 600 backup.key && openssl pkey -in backup.key "
               f"-passin pass:{PASSPHRASE} -pubout -out backup.pub && chown {SYSTEM} backup.key")
        lab.write(f"{FOLDER}/cn-2027.conf",
                  read(f"{CHECKOUT}/conf/calendar/cn-2026.conf").replace("2026", "2027"))
        learner = {"user": "xue", "name": "薛生", "id_number": id_number("19930303", 9),
                   "organisation": "thws", "system": "cme", "post": "医师", "phone": "13800138002",
                   "pledge": {"kind": "A5", "date": TODAY, "text": "本人承诺"}}
        lab.write(f"{FOLDER}/forms.json", json.dumps(learner, ensure_ascii=False))
        lab.write(f"{FOLDER}/passwd", "laowang:x:2501:2501::/home/laowang:/bin/bash\n")
        lab.write(f"{FOLDER}/shadow", "laowang:!:20000:0:99999:7:::\n")
        lab.write(f"{FOLDER}/persons.csv", (FORM + form("laowang", "王一", "19700101"))
                  .replace(",request", "").replace(",\n", "\n"))
        shutil.copy(f"{PAPERS}/first.json", FOLDER)
        shutil.copy(f"{SECRETS}/seal-key", FOLDER)
        lab.sh(f"chown {AUDIT} {FOLDER}/seal-key")

    # what is done first

    def twenty_minutes_later(self):
        self.lab.set_time(at=datetime.datetime(2026, 4, 30, 2, 20, tzinfo=datetime.timezone.utc))
        self.lab.sh("gdpop-admin tick")

    def half_a_year_later(self):
        """The witness logs in now and then, and chooses a new password in time."""
        for month, day in ((7, 20), (9, 20), (10, 20), (11, 15)):
            self.host.reboot()
            self.lab.set_time(at=datetime.datetime(2026, month, day, 2,
                                                   tzinfo=datetime.timezone.utc))
            if month == 10:
                self.host.choose_password(AUDIT, "Dong-Feng-Lai-88!")
            done = self.host.ssh(AUDIT, source="outside", command="true")
            self.assertEqual(done.status, 0, done)

    def disk_failed(self):
        for name in ("monday.backup", "seal-key"):
            os.unlink(f"{FOLDER}/{name}")
        for words in ("recover backup key-add --public backup.pub",
                      "backup create --out monday.backup"):
            done = self.desk.run(ROOT, f"gdpop-admin {words}")
            self.assertEqual(done.status, 0, done)
        shutil.copytree("/var/lib/gdpop/archive", "/root/archive")  # kept apart from backups
        shutil.rmtree("/var/lib/gdpop")
        shutil.rmtree("/etc/gdpop/keys")
        os.mkdir("/var/lib/gdpop", 0o700)
        shutil.copytree("/root/archive", "/var/lib/gdpop/archive")

    def the_leader_logs_in(self):
        self.host.person[LEADER] = self.kept["thws"]
        self.host.add_device(LEADER, f"{LEADER}-pc", name="领导的电脑")
        self.host.give_password(LEADER)
        self.host.choose_password(LEADER, "Qing-Shan-Lv-9")
        self.desk.log_in(LEADER)

    def write_rows(self):
        people = [("jia", "贾一", "19900101", "temporary"), ("yi", "易二", "19900102", "permanent"),
                  ("bing", "丙三", "19900103", "permanent"),
                  ("ding", "丁四", "19900104", "permanent")]
        self.lab.write(f"{FOLDER}/rows.csv", FORM + "".join(
            form(user, name, born, self.kept["request"], staff)
            for user, name, born, staff in people))

    def prepare(self, what):
        if isinstance(what, str):
            getattr(self, what.replace(" ", "_"))()
            return
        who, words, *kept = what
        done = self.desk.run(who, f"gdpop-admin {'--json ' if kept else ''}{self.fill(words)}")
        self.assertEqual(done.status, 0, f"{words}: {done}")
        if kept:
            self.keep(kept[0], done.text)

    def fill(self, text):
        return re.sub(r"\{([\w.]+)\}", lambda found: str(self.kept[found.group(1)]), text)

    def keep(self, name, shown):
        """What a command told in JSON, of its first row."""
        value = self.json_in(shown)
        row = value[0] if isinstance(value, list) else value
        self.kept.update({f"{name}.{field}": content for field, content in row.items()})
        if "id" in row:
            self.kept[name] = row["id"]

    def json_in(self, shown):
        """Behind what was asked, before what is said on standard error."""
        begin = re.search(r"(?m)^[\[{]", shown)
        self.assertIsNotNone(begin, shown)
        return json.JSONDecoder().raw_decode(shown[begin.start():])[0]

    def assertAnswered(self, command, by, words, more):
        done = self.desk.run(by, f"gdpop-admin --json --dry-run --language en {words}")
        value = self.json_in(done.text)
        self.assertEqual(self.schema.problems(command, value), [], done.text)
        names = self.english_names | names_in(value, NAMES + more.get("names", ()))
        status = more.get("status", (0,))
        english = self.desk.run(by, f"gdpop-admin --dry-run --language en {words}")
        self.assertIn(english.status, status, english)
        chinese = self.desk.run(by, f"gdpop-admin --language zh {words}")
        self.assertEqual(chinese.status, english.status, chinese)
        for shown in (english.text, chinese.text):
            self.assertPlain(shown)
            self.assertNotEqual(shown.strip(), "")
        if not chinese.text.startswith("<!DOCTYPE"):
            self.assertEnglish(english.text, self.chinese_names)
            self.assertChinese(chinese.text, names)
        return value

    def words_of(self, command, change, more):
        words = self.commands[command][1]
        for old, new in change.items():
            self.assertIn(old, words)
            words = words.replace(old, self.fill(new))
        return "recover " + words if "recover" in more else words

    def test_1_every_example_is_answered(self):
        for command, change, more in STORY:
            with self.subTest(command):
                for what in more.get("first", ()):
                    self.prepare(what)
                by = more.get("by", BY.get(self.commands[command][0], SYSTEM))
                words = self.words_of(command, change, more)
                value = self.assertAnswered(command, by, words, more)
                if "keep" in more:
                    self.keep(more["keep"], json.dumps(value))
                if command == "request open":
                    self.write_rows()

    def test_2_none_is_left_out(self):
        self.assertEqual(set(self.commands), {command for command, _, _ in STORY})
        self.assertEqual(set(self.commands), self.schema.commands())


if __name__ == "__main__":
    unittest.main()

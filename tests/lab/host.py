"""A host with gdpop inside the lab, set up as the README tells an administrator to do it.

    host = Host(lab)                       # programs, PAM stacks, NSS, sshd, sudo, store, administrators
    host.enrol("zhangsan", "lisi")         # application form, approval, pledge, device, first password
    host.choose_password("zhangsan")       # the operator's own passwd; host.password["zhangsan"]
    host.ssh("zhangsan")                   # from the workplace with the bound device; see Lab.ssh
    host.admin("account freeze zhangsan --reason 查证", by=SECURITY)
    host.rows("audit list", by=AUDIT)      # --json

Organisations: the province gdws supervises the city gzws, which supervises the counties thws (whose
network is the clients work and desk2) and yxws (the client other). Everybody works in thws; its
leader approves operators, the city's approves administrators.
"""

import datetime
import json
import os
import re
import shlex

from lab import ENDED, PASSWORD, SHELL, LabError, LabTest
from root import CHECKOUT
from schema import Schema

SYSTEM, SECURITY, AUDIT = "linhai", "sunjie", "zhouan"
RESCUE = "rescue"
GOOD_PASSWORD = "Qing-Shan-{}7"
SECRETS, PAPERS = "/root/secrets", "/root/papers"

NEW, RETYPE = r"New password: $|新密码[：:] ?$", r"Retype new password: $|再输[^\r\n]*[：:] ?$"

PEOPLE = {  # account: name, born, telephone
    "linhai": ("林海", "19850412", "13800000001"),
    "sunjie": ("孙洁", "19870923", "13800000002"),
    "zhouan": ("周安", "19900130", "13800000003"),
    "zhangsan": ("张三", "19920315", "13900000011"),
    "lisi": ("李四", "19940726", "13900000012"),
    "wangwu": ("王五", "19881108", "13900000013"),
    "zhaoliu": ("赵六", "19950219", "13900000014"),
    "qianqi": ("钱七", "19910605", "13900000015"),
    "sunba": ("孙八", "19930817", "13900000016"),
    "zhoujiu": ("周九", "19960924", "13900000017"),
    "wushi": ("吴十", "19891213", "13900000018"),
}
LEADERS = {  # organisation: person's key, name, born, telephone
    "gdws": ("gdws-leader", "何省", "19650101", "13700000001"),
    "gzws": ("gzws-leader", "马市", "19680202", "13700000002"),
    "thws": ("thws-leader", "田区", "19720303", "13700000003"),
}
ORGANISATIONS = [
    {"id": "gdws", "name": "广东省卫生健康委员会", "level": "province", "division": "440000"},
    {"id": "gzws", "name": "广州市卫生健康委员会", "level": "city", "division": "440100",
     "supervised_by": "gdws"},
    {"id": "thws", "name": "天河区卫生健康局", "level": "county", "division": "440106",
     "supervised_by": "gzws", "networks": [{"network": "10.77.1.0/24"}, {"network": "fd77:1::/64"}]},
    {"id": "yxws", "name": "越秀区卫生健康局", "level": "county", "division": "440104",
     "supervised_by": "gzws", "networks": [{"network": "10.78.1.0/24"}, {"network": "fd78:1::/64"}]},
]
STACKS = ("cron", "gdpop-admin", "login", "passwd", "sshd", "su", "su-l", "sudo", "sudo-i")
FORM = "user,name,id_number,organisation,department,post,phone,system,role"


def id_number(born, serial, division="440106"):
    """A resident number with its check digit (GB 11643)."""
    number = f"{division}{born}{serial:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return number + "10X98765432"[sum(int(n) * w for n, w in zip(number, weights)) % 11]


def number_of(user):
    return id_number(PEOPLE[user][1], 100 + list(PEOPLE).index(user))


class Host:
    def __init__(self, lab, language="zh", profiles=("gd-population", "db-3")):
        self.lab, self.language = lab, language
        self.schema = Schema()
        self.password, self.initial, self.device, self.person = {}, {}, {}, {}
        lab.install()
        self._configure()
        self._init(profiles)

    # what README asks of an administrator's hands

    def _configure(self):
        lab = self.lab
        lab.write("/etc/machine-id", "6764706f706c61620000000000000001\n")
        lab.write("/etc/gdpop/gdpop.conf",
                  f"break_glass = root {RESCUE}\nlanguage = {self.language}\n")
        for stack in STACKS:
            lab.sh(f"install -m 644 {CHECKOUT}/conf/pam.d/{stack} /etc/pam.d/{stack}")
        lab.sh("sed -i -E '/^(passwd|group):/{s/ +gdpop//;s/$/ gdpop/}' /etc/nsswitch.conf")
        lab.sh(f"install -m 440 {CHECKOUT}/conf/sudoers.d/gdpop /etc/sudoers.d/gdpop")
        with open(f"{CHECKOUT}/conf/sshd_config.d/gdpop.conf", encoding="utf-8") as file:
            text = file.read().replace("Match User root", f"Match User root,{RESCUE}")
        lab.write("/etc/ssh/sshd_config.d/gdpop.conf", text)
        lab.add_local_user(RESCUE, "Rescue-Me-31")
        lab.sh("chpasswd", stdin="root:Root-Of-All-9\n")
        self.password.update({RESCUE: "Rescue-Me-31", "root": "Root-Of-All-9"})

    def _init(self, profiles):
        lab = self.lab
        os.makedirs(PAPERS, exist_ok=True)
        lab.write(f"{PAPERS}/first.json", json.dumps(self._first(), ensure_ascii=False, indent=1))
        words = " ".join(f"--profile {name}" for name in profiles)
        self.init_text = lab.sh(f"gdpop-admin init --admins {PAPERS}/first.json "
                                f"--secrets {SECRETS} {words}").text.strip()
        for user in (SYSTEM, SECURITY, AUDIT):
            self._read_secret(user)

    def paper(self, name):
        """A signed paper; the digest of its scan is what is kept."""
        path = f"{PAPERS}/{name}.pdf"
        self.lab.write(path, f"%PDF {name}\n")
        return path

    def _first(self):
        leaders = [{"key": key, "name": name, "id_number": id_number(born, i), "organisation": org,
                    "post": "主管领导", "phone": phone}
                   for i, (org, (key, name, born, phone)) in enumerate(LEADERS.items())]
        persons = [{"key": user, "name": PEOPLE[user][0], "id_number": number_of(user),
                    "organisation": "thws", "post": "信息科科员", "phone": PEOPLE[user][2]}
                   for user in (SYSTEM, SECURITY, AUDIT)]
        organisations = [dict(o) for o in ORGANISATIONS]
        for o in organisations:
            if o["id"] in LEADERS:
                o["leaders"] = [{"person": LEADERS[o["id"]][0], "kind": "responsible",
                                 "from": "2020-01-01"}]
        return {"organisations": organisations, "persons": leaders + persons,
                "administrators": [self._administrator(user, duty) for user, duty in
                                   ((SYSTEM, "system"), (SECURITY, "security"), (AUDIT, "audit"))],
                "host": {"name": "lab", "organisation": "thws", "systems": ["population"]}}

    def today(self, days=0):
        """The civil date at the host, which counts in China's time."""
        at = self.lab.now() + datetime.timedelta(days=days, hours=8)
        return at.date().isoformat()

    def _administrator(self, user, duty):
        today = self.today()
        return {"account": user, "person": user, "duty": duty,
                "approval": {"leader": LEADERS["gzws"][0], "paper": f"穗卫任〔2026〕{duty}号",
                             "file": self.paper(f"{user}-appointment"), "date": today},
                "agreement": {"kind": "A5", "file": self.paper(f"{user}-pledge"), "date": today},
                "device": {"kind": "computer", "name": f"{PEOPLE[user][0]}的电脑",
                           "key": self.lab.public_key(f"{user}-pc")}}

    def _read_secret(self, user):
        with open(f"{SECRETS}/{user}.password", encoding="utf-8") as file:
            self.initial[user] = self.password[user] = file.read().strip()

    # administration

    def admin(self, words, by=SYSTEM, check=True):
        """gdpop-admin as an administrator who proves the password; the result."""
        secret = f"{SECRETS}/{by}.password"
        return self.lab.sh(f"gdpop-admin --as {by} --password-file {secret} {words}", check=check)

    def rows(self, words, by=SYSTEM):
        """What a command answers in JSON, which fits the schema."""
        value = json.loads(self.admin(f"--json {words}", by).text)
        wrong = self.schema.problems(self.schema.command_of(words), value)
        if wrong:
            raise LabError(f"{words}: {wrong}")
        return value

    def row(self, words, by=SYSTEM):
        rows = self.rows(words, by)
        return rows[0] if isinstance(rows, list) else rows

    def apply(self, *users):
        """Application forms, as a table, entered by the system administrator."""
        lines = [FORM] + [f"{u},{PEOPLE[u][0]},{number_of(u)},thws,人口科,科员,{PEOPLE[u][2]},"
                          "population,entry" for u in users]
        self.lab.write(f"{PAPERS}/forms.csv", "\n".join(lines) + "\n")
        done = self.admin(f"account import {PAPERS}/forms.csv")
        for user in users:
            self.person[user] = self.row(f"account show {user}")["person"]
        return done

    def approve(self, user):
        self.admin(f"account approve {user} --paper {self.paper(user + '-approval')}")
        self.confirm(self.row(f"account show {user}")["request"])

    def confirm(self, request, by=SECURITY):
        """The second administrator of a signed paper."""
        self.admin(f"request confirm {request}", by=by)

    def allow_outside(self, user, days, reason):
        """An exception on signed paper, for the days from and until."""
        done = self.row(f"exception add {user} --from {days[0]} --until {days[1]} "
                        f"--reason {reason} --paper {self.paper(user + '-outside')}", by=SECURITY)
        self.confirm(done["request"], by=SYSTEM)

    def pledge(self, user):
        self.admin(f"agreement file --person {self.person[user]} --kind A5 "
                   f"{self.paper(user + '-pledge')} --date {self.today()}")

    def add_device(self, user, key, name=None, bind=True):
        """Registers a computer by the key of that name (see Lab.key) and binds it; its id."""
        name = name or f"{PEOPLE[user][0]}的电脑"
        device = self.row(f"device add --kind computer --name {shlex.quote(name)} "
                          f"--key {self.lab.key(key)}.pub --responsible {self.person[user]}")["id"]
        if bind:
            self.admin(f"device bind {device} {user}")
        return device

    def give_password(self, user):
        """The initial password, handed over once."""
        path = f"{SECRETS}/{user}.password"
        if os.path.exists(path):
            os.unlink(path)
        self.admin(f"account initial-password {user} --to {path}")
        self._read_secret(user)
        return self.initial[user]

    def complete(self, user):
        """All that follows an application."""
        self.approve(user)
        self.pledge(user)
        self.device[user] = self.add_device(user, f"{user}-pc")
        self.give_password(user)

    def enrol(self, *users):
        self.apply(*users)
        for user in users:
            self.complete(user)

    def leader(self, organisation="thws"):
        """The person's number of the leader who approves there."""
        name = LEADERS[organisation][1]
        return next(p["id"] for p in self.rows("person list", by=SYSTEM) if p["name"] == name)

    def choose_password(self, user, new=None):
        """The person's own change of the initial password, by passwd; the new one."""
        new = new or GOOD_PASSWORD.format(list(PEOPLE).index(user))
        done = self.lab.passwd(user, self.password[user], new)
        if not done.ok:
            raise LabError(f"passwd of {user}: {done}")
        self.know_password(user, new)
        return new

    def know_password(self, user, new):
        self.password[user] = new
        self.lab.write(f"{SECRETS}/{user}.password", new + "\n", 0o600)

    def waive(self, user, setting, value):
        """Another value of a setting for this account, approved on paper; the waiver's number."""
        done = self.row(f"waiver add {user} --name {setting} --value {value} --from {self.today()} "
                        f"--until {self.today(1)} --reason test --paper {self.paper('waiver')}",
                        by=SECURITY)
        return self.row(f"request confirm {done['request']}", by=SYSTEM)["id"]

    # logging in

    def _login(self, user, options):
        options.setdefault("key", self.lab.key(f"{user}-pc"))
        options.setdefault("answers", [(PASSWORD, self.password[user])])
        return options

    def ssh(self, user, **options):
        return self.lab.ssh(user, **self._login(user, options))

    def session(self, user, **options):
        return self.lab.session(user, **self._login(user, options))

    # time

    def nodelay(self):
        """Wrong passwords are answered at once, so that tests need not wait."""
        self.lab.sh("sed -i 's/pam_gdpop.so/& nodelay/' " +
                    " ".join(f"/etc/pam.d/{stack}" for stack in STACKS))

    def reboot(self):
        """The kernel's next boot, as far as programs can see; a clock that jumps while the host
        runs is refused, one that moved while it was off is not."""
        self.boots = getattr(self, "boots", 0) + 1
        path = f"/run/boot-id-{self.boots}"
        self.lab.write(path, f"00000000-0000-4000-8000-{self.boots:012d}\n")
        self.lab.sh(f"mount --bind {path} /proc/sys/kernel/random/boot_id")

    # records

    def events(self, **wanted):
        """Events of the audit trail whose fields have these values."""
        return [e for e in self.rows("audit list --last 10000", by=AUDIT)
                if all(e.get(name) == value for name, value in wanted.items())]


def sentence_code(text):
    """"W02" of a sentence that begins with "GD-16 W02"."""
    found = re.search(r"\b[A-Z]{2,}-[\w.()-]+ ([A-Z]\d{2})\b", text)
    return found.group(1) if found else ""


class HostTest(LabTest):
    """A test case whose class has a host with operators who have chosen their passwords."""

    operators = ("zhangsan",)
    sshd_config = ""
    language = "en"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.host = Host(cls.lab, cls.language)
        cls.host.nodelay()
        cls.host.enrol(*cls.operators)
        for user in cls.operators:
            cls.host.choose_password(user)
        cls.lab.start_sshd(cls.sshd_config)

    def restart_sshd(self, config):
        """Until the end of the test."""
        self._start_sshd(config)
        self.addCleanup(self._start_sshd, self.sshd_config)

    def _start_sshd(self, config):
        self.lab.stop_sshd()
        self.lab.start_sshd(config)

    def assertRefused(self, result, code):
        self.assertEqual((result.outcome, sentence_code(result.text)), (ENDED, code), result)
        self.assertNotEqual(result.status, 0, result)

    def assertOpen(self, terminal):
        self.assertEqual(terminal.outcome, SHELL, terminal.text)
        return terminal

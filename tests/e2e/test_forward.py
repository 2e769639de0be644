"""Events leave the host: gdpop-admin, two real rsyslogd with RELP over TLS, a journal's socket."""

import json
import os
import select
import signal
import socket
import subprocess
import time
import unittest

from host import AUDIT, SECURITY, HostTest
from lab import LabError
from root import CHECKOUT

COLLECTED = "/var/log/gdpop/lab.jsonl"
JOURNAL = "/run/systemd/journal/socket"
KEY, PEM = "/root/secrets/seal-key", "/root/host.pem"
DEADLINE = 30


def until(what, probe):
    """Waits for files of other programs, which tell nobody when they grow."""
    end = time.monotonic() + DEADLINE
    while not (found := probe()):
        if time.monotonic() > end:
            raise LabError(f"{what} did not come within {DEADLINE} s")
        select.select([], [], [], 0.05)
    return found


def lines():
    try:
        with open(COLLECTED, encoding="utf-8") as file:
            return [json.loads(line) for line in file if line.endswith("\n")]
    except FileNotFoundError:
        return []


def numbers():
    """Of the events, in the order of their arrival; RELP may bring some again."""
    return list(dict.fromkeys(e["sequence"] for e in lines() if "sequence" in e))


class Rsyslogd:
    """One instance, from a shipped example, with a folder of its own."""

    def __init__(self, lab, name, example, changes=()):
        self.lab, self.folder, self.process = lab, f"/run/rsyslog-{name}", None
        with open(f"{CHECKOUT}/conf/rsyslog.d/{example}", encoding="utf-8") as file:
            text = file.read()
        for old, new in changes:
            assert old in text, old
            text = text.replace(old, new)
        os.makedirs(self.folder, exist_ok=True)
        self.conf = f"{self.folder}/rsyslog.conf"
        lab.write(self.conf, f'global(workDirectory="{self.folder}")\n'
                             f'module(load="imuxsock" SysSock.Use="off")\n{text}')
        checked = lab.sh(f"rsyslogd -N1 -f {self.conf}")
        assert "error" not in checked.text.lower(), checked.text

    def start(self):
        log = open(f"{self.folder}/log", "ab")
        self.process = subprocess.Popen(
            ["rsyslogd", "-n", "-f", self.conf, "-i", f"{self.folder}/pid"],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        log.close()

    def stop(self, how=signal.SIGTERM):
        if self.process:
            self.process.send_signal(how)
            self.process.wait(timeout=DEADLINE)
            self.process = None


def certificates(lab):
    """An authority, and a certificate for the host and for the collector."""
    lab.sh("""
        set -e
        mkdir -p /root/ca /etc/gdpop/forward /etc/gdpop-collector && cd /root/ca
        openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 30 \
            -subj /CN=authority -addext basicConstraints=critical,CA:TRUE 2>/dev/null
        for name in app1 collector; do
            openssl req -newkey rsa:2048 -nodes -keyout $name.key -out $name.csr \
                -subj /CN=$name.example.org 2>/dev/null
            printf 'subjectAltName=DNS:%s.example.org\n' $name > $name.ext
            openssl x509 -req -in $name.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 \
                -extfile $name.ext -out $name.pem 2>/dev/null
        done
        for pair in app1:/etc/gdpop/forward collector:/etc/gdpop-collector; do
            name=${pair%%:*} folder=${pair#*:}
            cp ca.pem $folder/ca.pem
            cp $name.pem $folder/cert.pem
            install -m 600 $name.key $folder/key.pem
        done
        echo '127.0.0.1 collector.example.org' >> /etc/hosts
    """)


class Forward(HostTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        certificates(cls.lab)
        cls.lab.sh("install -d -m 700 /run/gdpop-forward")
        cls.conf("forward = syslog\n")
        cls.sender = Rsyslogd(cls.lab, "host", "gdpop.conf",
                              [('resumeInterval="10"', 'resumeInterval="1"')])
        cls.collector = Rsyslogd(cls.lab, "collector", "gdpop-collector.conf")
        cls.addClassCleanup(cls.sender.stop)
        cls.addClassCleanup(cls.collector.stop)
        cls.host.admin(f"audit certificate --to {PEM}", by=AUDIT)

    @classmethod
    def conf(cls, text):
        cls.lab.write("/etc/gdpop/gdpop.conf", f"break_glass = root rescue\nlanguage = en\n{text}")

    def item(self, name):
        rows = json.loads(self.lab.sh("gdpop-admin --json status", check=False).text)
        return next(row for row in rows if row["item"] == name)

    def last(self):
        return self.host.rows("audit list --last 1", by=AUDIT)[-1]["sequence"]

    def forward(self, check=True):
        return self.lab.sh("gdpop-admin audit forward", check=check)

    def collected(self, last):
        until(f"event {last}", lambda: last in numbers())
        found = numbers()
        self.assertEqual(found, list(range(1, last + 1)))

    def verify(self, *words):
        return self.lab.sh("gdpop-audit " + " ".join(words) + f" verify {COLLECTED}", check=False)

    def test_1_without_the_service_events_wait_and_logins_do_not(self):
        last = self.last()
        done = self.forward(check=False)
        self.assertEqual(done.status, 4, done)
        self.assertIn("/run/gdpop-forward/log", done.text)
        self.assertTrue(self.host.ssh("zhangsan", command="true").ok)
        waiting = self.item("forwarded.syslog")
        self.assertIn("up to event 0 of ", waiting["value"])
        self.assertGreaterEqual(self.last(), last)

    def test_2_events_arrive_complete_and_in_order_over_tls(self):
        self.collector.start()
        self.sender.start()
        until("the socket", lambda: os.path.exists("/run/gdpop-forward/log"))
        self.host.admin('account suspend zhangsan --reason \'引号" 反斜\\杠 ]\' '
                        f"--until {self.host.today(1)}", by=SECURITY)
        self.host.admin("account unfreeze zhangsan --reason back", by=SECURITY, check=False)
        self.forward()
        last = numbers()[-1] if numbers() else 0
        until("the first events", numbers)
        last = int(self.item("forwarded.syslog")["value"].split()[3])
        self.collected(last)
        kept = {e["sequence"]: e for e in lines() if "sequence" in e}
        suspended = [e for e in kept.values() if e["action"] == "account.suspend"]
        self.assertIn('引号" 反斜\\杠 ]', suspended[-1]["detail"])
        for e in self.host.rows("audit list --last 10000", by=AUDIT):
            if e["sequence"] in kept:
                self.assertEqual(kept[e["sequence"]]["action"], e["action"])

    def test_3_while_the_collector_is_away_events_queue_on_disk(self):
        self.collector.stop(signal.SIGKILL)
        before = numbers()
        for _ in range(20):
            self.host.admin("person show " + self.host.person["zhangsan"])
        self.forward()
        last = int(self.item("forwarded.syslog")["value"].split()[3])
        self.assertGreater(last, before[-1])
        until("the queue", lambda: any(name.startswith("gdpop-forward.")
                                       for name in os.listdir("/run/rsyslog-host")))
        self.assertEqual(numbers(), before)
        self.collector.start()
        self.collected(last)

    def test_4_what_was_collected_verifies_by_itself(self):
        self.host.admin("policy set epoch_events 10 --reason test", by=SECURITY)
        self.lab.sh("gdpop-admin tick")
        self.forward()
        until("a checkpoint", lambda: [e for e in lines() if "checkpoint" in e])
        done = self.verify("--seal-key", KEY, "--certificate", PEM)
        self.assertEqual(done.status, 0, done)
        # dropped and altered events are found
        with open(COLLECTED, encoding="utf-8") as file:
            text = file.readlines()
        for name, changed in (("dropped", text[:5] + text[6:]),
                              ("altered", [line.replace("account.apply", "account.apple")
                                           for line in text]),
                              ("checkpoint", [line.replace('"checkpoint":{"store":"', "&x")
                                              if "checkpoint" in line else line
                                              for line in text])):
            self.lab.write("/root/changed.jsonl", "".join(changed))
            done = self.lab.sh(f"gdpop-audit --seal-key {KEY} --certificate {PEM} verify "
                               "/root/changed.jsonl", check=False)
            self.assertNotEqual(done.status, 0, (name, done))

    def test_5_a_copy_is_confirmed_by_its_checkpoint(self):
        self.assertIn("up to event 0 of ", self.item("copy_confirmed")["value"])
        self.lab.sh(f"grep '^{{\"checkpoint\"' {COLLECTED} > /root/anchors")
        done = self.host.admin("audit confirm --anchor /root/anchors", by=AUDIT)
        sequence = [e for e in lines() if "checkpoint" in e][-1]["checkpoint"]["sequence"]
        self.assertIn(f"up to event {sequence}", done.text)
        self.assertIn(f"up to event {sequence} of ", self.item("copy_confirmed")["value"])
        self.lab.sh("sed -i -E 's/\"digest\":\"..../\"digest\":\"0000/' /root/anchors")
        done = self.host.admin("audit confirm --anchor /root/anchors", by=AUDIT, check=False)
        self.assertEqual(done.status, 1, done)
        self.assertTrue(self.host.events(action="audit.confirm", outcome="refused"))

    def test_6_the_service_goes_on_by_itself(self):
        process = subprocess.Popen(["gdpop-admin", "audit", "forward", "--follow"],
                                   stdin=subprocess.DEVNULL, env={"PATH": os.environ["PATH"]})
        self.addCleanup(process.wait)
        self.addCleanup(process.terminate)
        self.host.admin("person show " + self.host.person["zhangsan"])
        last = self.last()
        until(f"event {last}", lambda: last in numbers())

    def test_7_the_journal_gets_fields(self):
        os.makedirs(os.path.dirname(JOURNAL), exist_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as journal:
            journal.bind(JOURNAL)
            journal.settimeout(DEADLINE)
            self.conf("forward = journal\n")
            self.addCleanup(self.conf, "forward = syslog\n")
            process = subprocess.Popen(["gdpop-admin", "audit", "forward"], text=True,
                                       stdout=subprocess.PIPE, env={"PATH": os.environ["PATH"]})
            entries = []
            while len(entries) < 5:
                text = journal.recv(1 << 17).decode()
                entries.append(dict(line.split("=", 1) for line in text.splitlines()))
            process.terminate()
            process.communicate()
        self.assertEqual([e["GDPOP_SEQUENCE"] for e in entries], ["1", "2", "3", "4", "5"])
        self.assertEqual(entries[0]["SYSLOG_IDENTIFIER"], "gdpop")
        self.assertEqual(json.loads(entries[4]["GDPOP_LINE"])["sequence"], 5)

    def test_8_a_trail_that_was_put_back_is_told(self):
        self.lab.sh("cp -a /var/lib/gdpop/forward /root/forward && "
                    "sed -i -E 's/^syslog [0-9]+ ..../syslog 3 0000/' /var/lib/gdpop/forward")
        done = self.forward(check=False)
        self.assertEqual(done.status, 4, done)
        self.assertIn("event 3 was forwarded", done.text)
        told = self.item("forwarded.syslog")
        self.assertFalse(told["ok"], told)
        self.lab.sh(f"gdpop-admin audit forward --from {numbers()[-1] + 1}")
        self.forward()
        last = int(self.item("forwarded.syslog")["value"].split()[3])
        self.collected(last)


if __name__ == "__main__":
    unittest.main()

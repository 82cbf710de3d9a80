"""Peer gateways and the mock upstream as processes: started, pinned, called, loaded, weighed, stopped."""

import contextlib, http.client, json, os, pathlib, shutil, signal, socket, subprocess, time

from peers import PEERS
from make_bodies import body as make_body

HERE = pathlib.Path(__file__).resolve().parent
GW_CPU, LOAD_CPU = "1", "0"
NICE = -10


def fmt(x, v):
    if isinstance(x, str):
        return x.format(**v)
    if isinstance(x, list):
        return [fmt(i, v) for i in x]
    if isinstance(x, dict):
        return {k: fmt(i, v) for k, i in x.items()}
    return x


def tree(pid):
    kids = {}
    for p in os.listdir("/proc"):
        if p.isdigit():
            try:
                s = pathlib.Path(f"/proc/{p}/stat").read_text()
            except OSError:
                continue
            kids.setdefault(int(s.rsplit(")", 1)[1].split()[1]), []).append(int(p))
    out, todo = [], [pid]
    while todo:
        p = todo.pop()
        out.append(p)
        todo += kids.get(p, [])
    return out


def cpu_s(pid):
    t = 0.0
    for p in tree(pid):
        try:
            for task in os.listdir(f"/proc/{p}/task"):
                t += int(pathlib.Path(f"/proc/{p}/task/{task}/schedstat").read_text().split()[0]) / 1e9
        except OSError:
            pass
    return t


def rss_mb(pid):
    t = 0
    for p in tree(pid):
        try:
            t += int(pathlib.Path(f"/proc/{p}/statm").read_text().split()[1]) * 4096
        except OSError:
            pass
    return round(t / 1e6, 1)


def raise_priority(pid):
    """only while the lock is held: keeps unrelated work on the machine out of the figures"""
    for p in tree(pid):
        with contextlib.suppress(OSError):
            for t in os.listdir(f"/proc/{p}/task"):
                os.setpriority(os.PRIO_PROCESS, int(t), NICE)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def stop_group(p):
    if p and p.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(p.pid, signal.SIGTERM)
        try:
            p.wait(6)
        except subprocess.TimeoutExpired:
            os.killpg(p.pid, signal.SIGKILL)
            p.wait()


class Mock:
    def __init__(self, port):
        self.port, self.p = port, None

    def start(self):
        self.p = subprocess.Popen(
            ["nice", "-n", str(NICE), "taskset", "-c", LOAD_CPU, str(HERE / "mock_upstream"), str(self.port)],
            start_new_session=True,
        )
        for _ in range(200):
            try:
                self.get("/__stats")
                return
            except OSError:
                time.sleep(0.02)

    def get(self, path):
        c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        c.request("GET", path)
        return json.loads(c.getresponse().read())

    def stop(self):
        stop_group(self.p)


class Peer:
    def __init__(self, name, mock, home, run):
        self.name, self.d, self.mock, self.p = name, PEERS[name], mock, None
        self.run = pathlib.Path(run) / name
        shutil.rmtree(self.run, ignore_errors=True)
        self.run.mkdir(parents=True)
        self.port = mock.port if self.d.get("port_is_mock") else free_port()
        self.v = dict(
            HOME=home,
            RUN=str(self.run),
            HARNESS=str(HERE),
            PORT=self.port,
            PORT2=free_port(),
            MOCK=mock.port,
            EXTRA="",
        )
        self.path = self.d.get("path", "/v1/chat/completions")
        self.headers = fmt(self.d.get("headers", {}), self.v)
        self.model = self.d["model"]

    def body(self, **kw):
        b = json.loads(make_body(self.model, **kw))
        b.update(self.d.get("body_extra", {}))
        return json.dumps(b).encode()

    def start(self):
        if self.d.get("port_is_mock"):
            return 0.0
        self.v["EXTRA"] = fmt(self.d.get("extra", ""), self.v)
        for f, text in self.d.get("files", {}).items():
            (self.run / f).write_text(text.format(**self.v))
        env = {
            k: v for k, v in os.environ.items() if not k.startswith("PYTHON")
        }  # e.g. PYTHONDONTWRITEBYTECODE made LiteLLM recompile a module per request
        env.update(fmt(self.d.get("env", {}), self.v))
        log = open(self.run / "log.txt", "wb")
        t = time.monotonic()
        self.p = subprocess.Popen(
            ["taskset", "-c", GW_CPU] + fmt(self.d["cmd"], self.v),
            env=env,
            cwd=self.run,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        b = self.body()
        setup = list(self.d.get("setup", []))
        while time.monotonic() - t < 120:
            if self.p.poll() is not None:
                raise RuntimeError(
                    f"{self.name} exited {self.p.returncode}: " + (self.run / "log.txt").read_text()[-800:]
                )
            try:
                if "port_file" in self.d:
                    u = pathlib.Path(fmt(self.d["port_file"], self.v)).read_text()
                    self.port = int(u.split(":")[2].split("/")[0])
                while setup:
                    m, pth, js = setup[0]
                    if self.call(json.dumps(js).encode(), path=pth, method=m, timeout=20)["status"] is None:
                        raise OSError("not up")
                    setup.pop(0)
                r = self.call(b, timeout=20)
                if r["status"] == 200:
                    return time.monotonic() - t
                self.last = r
            except (OSError, http.client.HTTPException, IndexError, ValueError):
                pass
            time.sleep(0.02)
        raise RuntimeError(f"{self.name} not ready: {getattr(self, 'last', None)}")

    def call(self, b, path=None, method="POST", timeout=30, read=True):
        c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        t = time.monotonic()
        out = {"status": None, "body": b"", "headers": {}, "err": None}
        try:
            c.request(method, path or self.path, b, {"Content-Type": "application/json", **self.headers})
            r = c.getresponse()
            out.update(status=r.status, headers={k.lower(): v for k, v in r.getheaders()})
            try:
                while True:
                    x = r.read1(65536)
                    if not x:
                        break
                    out["body"] += x
            except (http.client.IncompleteRead, OSError) as e:
                out["err"] = type(e).__name__
        except (OSError, http.client.HTTPException) as e:
            out["err"] = type(e).__name__
            if path is None and out["status"] is None and isinstance(e, ConnectionRefusedError):
                raise
        finally:
            c.close()
        out["ms"] = round((time.monotonic() - t) * 1e3, 1)
        return out

    def stop(self):
        stop_group(self.p)

    def load(self, b, conns, secs, rate=0, stream=False, warm=0.0):
        f = self.run / "body.json"
        f.write_bytes(b)
        cmd = [
            "nice",
            "-n",
            str(NICE),
            "taskset",
            "-c",
            LOAD_CPU,
            str(HERE / "loadgen"),
            "-p",
            str(self.port),
            "-u",
            self.path,
            "-b",
            str(f),
            "-c",
            str(conns),
            "-d",
            str(secs),
            "-w",
            str(warm),
        ]
        if rate:
            cmd += ["-r", str(rate)]
        if stream:
            cmd += ["-s"]
        for k, v in self.headers.items():
            cmd += ["-H", f"{k}: {v}"]
        c0 = cpu_s(self.p.pid) if self.p else 0
        t0 = time.monotonic()
        r = json.loads(subprocess.run(cmd, capture_output=True, check=True, timeout=150).stdout)
        c1 = cpu_s(self.p.pid) if self.p else 0
        r["wall_s"] = time.monotonic() - t0
        r["cpu_s"] = c1 - c0
        r["cpu_ms_per_req"] = round(1e3 * (c1 - c0) / max(1, r["started"]), 4)
        return r

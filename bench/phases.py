"""What is measured of a peer: throughput, latency, streams, ratios to the first one, and how it fails."""

import contextlib, json, socket, time

from running import rss_mb


def med(xs):
    xs = sorted(xs)
    return xs[len(xs) // 2]


def phase_max(p, a):
    """closed loop, 32 connections: throughput of one worker on one core, CPU per request"""
    out = {}
    n = p.d.get("conns", 32)
    p.load(p.body(), n, a.warm)
    rs = [p.load(p.body(), n, a.secs) for _ in range(a.reps)]
    out["ns_rps"] = round(max(r["rps"] for r in rs))
    out["ns_cpu_ms"] = med([r["cpu_ms_per_req"] for r in rs])
    out["ns_cpu_ms_all"] = [r["cpu_ms_per_req"] for r in rs]
    out["ns_p50_c32"] = med([r["p50_ms"] for r in rs])
    out["ns_bad"] = sum(r["errors"] + r["non200"] for r in rs)
    out["rss_after_ns"] = rss_mb(p.p.pid) if p.p else 0
    return out


def phase_lat(p, a):
    """open loop at a fixed modest rate, upstream 0 ms and 50 ms"""
    out = {}
    for key, mode in (("lat0", ""), ("lat50", "l50")):
        rs = [p.load(p.body(mode=mode), 200, a.lat_secs, rate=a.rate, warm=1) for _ in range(a.lat_reps)]
        r = min(rs, key=lambda r: r["p95_ms"])
        out[key] = {k: round(r[k], 3) for k in ("p50_ms", "p95_ms", "p99_ms", "mean_ms")}
        out[key]["bad"] = r["errors"] + r["non200"]
        out[key]["cpu_ms"] = med([x["cpu_ms_per_req"] for x in rs])
    return out


def phase_stream(p, a):
    """50 content chunks 5 ms apart: 64 streams in flight; then 20 streams/s open loop"""
    out = {}
    b = p.body(stream=True, mode="g5-n50")
    n = 2 * p.d.get("conns", 32)
    p.load(b, n, 1, stream=True)
    rs = [p.load(b, n, a.secs, stream=True) for _ in range(max(1, a.reps - 1))]
    o = p.load(b, 200, a.lat_secs, rate=20, stream=True, warm=1)
    m = min(rs, key=lambda r: r["cpu_ms_per_req"])
    out["st_sps"] = round(max(r["rps"] for r in rs), 1)
    out["st_cpu_ms"] = round(med([r["cpu_ms_per_req"] for r in rs]), 3)
    out["st_events"] = m["events_per_stream"]
    out["st_no_done"] = m["no_done"]
    out["st_bad"] = sum(r["errors"] + r["non200"] for r in rs)
    out["st20"] = {
        k: round(o[k], 2) for k in ("ttfb_p50_ms", "ttfb_p99_ms", "p50_ms", "p99_ms", "cpu_ms_per_req")
    }
    out["rss_after_stream"] = rss_mb(p.p.pid) if p.p else 0
    return out


def ratios(up, a):
    """rounds in rotated order, one short window per peer and kind: each round gives one ratio to the first peer named; the median over rounds is told.
    A second load on the machine then falls on all peers alike, and one disturbed window does not move the median."""
    cpu = {p.name: {"ns": [], "st": []} for p in up}
    for p in up:
        p.load(p.body(), 32, a.warm)
        p.load(p.body(stream=True, mode="g5-n50"), 64, a.warm, stream=True)
    for i in range(a.rounds):
        for kind, conns in (("ns", 32), ("st", 64)):
            for p in up[i % len(up) :] + up[: i % len(up)]:
                r = p.load(
                    p.body(stream=True, mode="g5-n50") if kind == "st" else p.body(),
                    conns,
                    a.secs,
                    stream=kind == "st",
                )
                cpu[p.name][kind].append(r["cpu_ms_per_req"])
                if r["errors"] + r["non200"]:
                    print("#", p.name, kind, "had errors", r["errors"], r["non200"])
    floor = cpu[up[0].name]
    for p in up:
        for kind, ms in cpu[p.name].items():
            xs = [m / f for m, f in zip(ms, floor[kind])]
            print(
                f"{p.name:20s} {'stream' if kind == 'st' else 'whole ':6s} {med(ms):.4f} ms   x{med(xs):.2f} ({min(xs):.2f}-{max(xs):.2f}) of {up[0].name}   {rss_mb(p.p.pid)} MB",
                flush=True,
            )
    return cpu


def sse_facts(r):
    """what a client can see of a stream: content chunks, finish_reason, an error event, the closing [DONE], a clean end of the body"""
    if "event-stream" not in (r["headers"].get("content-type") or ""):
        return {}
    ev = [l[6:] for l in r["body"].decode("utf8", "replace").splitlines() if l.startswith("data: ")]
    fin, err, n = [], None, 0
    for e in ev:
        try:
            d = json.loads(e)
        except ValueError:
            continue
        if isinstance(d, dict) and d.get("error"):
            err = str(d["error"])[:160]
        for c in (d.get("choices") or []) if isinstance(d, dict) else []:
            n += bool((c.get("delta") or {}).get("content"))
            if c.get("finish_reason"):
                fin.append(c["finish_reason"])
    return {
        "sse": {
            "content_chunks": n,
            "finish_reason": fin,
            "error_event": err,
            "done": "[DONE]" in ev,
            "body_end": "cut" if r["err"] else "clean",
        }
    }


def short(r, n=160):
    return {
        "status": r["status"],
        "ms": r["ms"],
        "err": r["err"],
        "retry_after": r["headers"].get("retry-after"),
        "ct": (r["headers"].get("content-type") or "")[:40],
        **sse_facts(r),
        "body": r["body"][-n:].decode("utf8", "replace"),
    }


def phase_fail(p, a):
    out = {}
    m = p.mock

    def one(key, b, timeout=25, n=260, **kw):
        m.get("/__reset")
        r = p.call(b, timeout=timeout, **kw)
        s = m.get("/__stats")
        out[key] = {**short(r, n), "attempts": s["requests"]}
        return r

    for mode in ("e429", "e500", "e401"):
        one(mode, p.body(mode=mode))
    one("stream_e429", p.body(stream=True, mode="e429"))
    one("close", p.body(mode="close"))
    for mode in ("html", "badjson", "empty"):
        one(mode, p.body(mode=mode), n=200)
    for mode in ("trunc", "tclean", "miderr", "nodone"):
        one("sse_" + mode, p.body(stream=True, mode=mode + "-n20-g2"), n=420)
    one("client_bad_json", b'{"model": "' + p.model.encode() + b'", "messages": [', n=200)
    one("client_no_model", b'{"messages":[{"role":"user","content":"x"}]}', n=200)
    big = p.body(pad=10_000_000)
    r0 = rss_mb(p.p.pid) if p.p else 0
    one("big_10MB", big, timeout=60, n=120)
    out["big_10MB"]["rss_before_after"] = [r0, rss_mb(p.p.pid) if p.p else 0]
    # hang: does the gateway give up, and does it drop the upstream call when the client leaves?
    m.get("/__reset")
    r = p.call(p.body(mode="hang"), timeout=a.hang)
    time.sleep(1.0)
    s = m.get("/__stats")
    out["hang"] = {**short(r), "attempts": s["requests"], "upstream_aborted_after_client_left": s["aborted"]}
    m.get("/__reset")
    if p.port != m.port:
        c = socket.create_connection(("127.0.0.1", p.port))
        b = p.body(stream=True, mode="g50-n200")
        h = "".join(f"{k}: {v}\r\n" for k, v in p.headers.items())
        c.sendall(
            f"POST {p.path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n{h}Content-Length: {len(b)}\r\n\r\n".encode()
            + b
        )
        c.settimeout(5)
        with contextlib.suppress(OSError):
            c.recv(65536)
        c.close()
        t = time.monotonic()
        ab = 0
        while time.monotonic() - t < 12 and not ab:
            time.sleep(0.1)
            ab = m.get("/__stats")["aborted"]
        out["client_leaves_stream"] = {
            "upstream_cancelled": bool(ab),
            "after_s": round(time.monotonic() - t, 1),
        }
        m.stop()
        t = time.monotonic()
        r = p.call(p.body(), timeout=40)
        out["refused"] = short(r, 260)
        m.start()
        time.sleep(0.3)
        r = p.call(p.body(), timeout=40)
        out["after_refused"] = {
            "status": r["status"],
            "ms": r["ms"],
            "body": r["body"][:120].decode("utf8", "replace"),
        }
    return out

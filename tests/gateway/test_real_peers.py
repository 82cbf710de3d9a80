"""The wire against programs that others wrote: nginx before an upstream and before us, curl, openssl."""

import asyncio
import contextlib
import shutil
import socket
import textwrap
from contextlib import asynccontextmanager

import pytest
from cryptography import x509
from tests.gateway.wire.authority import LOOPBACK, Authority

from leadline.gateway.server import serve
from leadline.gateway.transport import PooledTransport, WireCall, origin_of
from leadline.vocabulary import OutboundRequest, Timeouts, TlsFiles

SOON_S = 20.0


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


def needs(program):
    return pytest.mark.skipif(shutil.which(program) is None, reason=f"{program} is not installed here")


@asynccontextmanager
async def running(port, *command):
    process = await asyncio.create_subprocess_exec(
        *command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL
    )
    try:
        async with asyncio.timeout(SOON_S):
            while True:
                with contextlib.suppress(ConnectionError):
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                    writer.close()
                    break
                await asyncio.sleep(0.02)
        yield
    finally:
        process.terminate()
        await process.wait()


@asynccontextmanager
async def nginx(folder, port, server):
    text = f"""
    daemon off; master_process off; error_log {folder}/error.log; pid {folder}/nginx.pid;
    events {{}}
    http {{
        access_log off;
        client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
        uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
        {server}
    }}
    """
    (folder / "nginx.conf").write_text(textwrap.dedent(text))
    command = ("nginx", "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log"))
    async with running(port, *command):
        yield


async def get(transport, url):
    outcome = await transport.send(OutboundRequest(url=url, body=b"", headers={}, method="GET"), Timeouts())
    return await outcome.read(100_000) if isinstance(outcome, WireCall) else outcome.failure


async def echo(client):
    body = await client.body(2**30, None)
    client.begin(200, {})
    await client.end(b"%s|%s|%s" % (client.method.encode(), body, ",".join(sorted(client.headers)).encode()))


@asynccontextmanager
async def our_server():
    listener = socket.create_server(("127.0.0.1", 0))
    stop = asyncio.Event()
    task = asyncio.create_task(serve(echo, [listener], stop=stop))
    yield listener.getsockname()[1]
    stop.set()
    await asyncio.wait_for(task, SOON_S)


@needs("nginx")
async def test_an_nginx_that_closes_kept_connections_costs_no_call(tmp_path):
    port = free_port()
    server = f"""
    server {{
        listen 127.0.0.1:{port}; keepalive_requests 3; keepalive_timeout 30ms;
        location / {{ return 200 "hello"; }}
    }}
    """
    transport = PooledTransport()
    async with nginx(tmp_path, port, server):
        for number in range(120):
            assert await get(transport, f"http://127.0.0.1:{port}/") == b"hello"
            if number % 10 == 0:
                await asyncio.sleep(0.03)  # about when nginx closes it
        await transport.aclose()


@needs("nginx")
async def test_an_nginx_before_us_keeps_its_connections_through_a_hundred_calls(tmp_path):
    port = free_port()
    async with our_server() as ours:
        server = f"""
        upstream us {{ server 127.0.0.1:{ours}; keepalive 4; }}
        server {{
            listen 127.0.0.1:{port};
            location / {{ proxy_pass http://us; proxy_http_version 1.1; proxy_set_header connection ""; }}
        }}
        """
        transport = PooledTransport()
        async with nginx(tmp_path, port, server):
            answers = await asyncio.gather(
                *[get(transport, f"http://127.0.0.1:{port}/{number}") for number in range(100)]
            )
            await transport.aclose()

    assert all(answer.startswith(b"GET||") for answer in answers)


@needs("curl")
@pytest.mark.parametrize("size", [10, 300_000])
async def test_curl_sends_chunks_and_asks_for_leave_first(tmp_path, size):
    (tmp_path / "body").write_bytes(b"x" * size)
    async with our_server() as port:
        curl = await asyncio.create_subprocess_exec(
            *("curl", "-sS", "--http1.1", "-H", "transfer-encoding: chunked", "-H", "expect: 100-continue"),
            *("--data-binary", f"@{tmp_path / 'body'}", f"http://127.0.0.1:{port}/"),
            stdout=asyncio.subprocess.PIPE,
        )
        answer, _ = await asyncio.wait_for(curl.communicate(), SOON_S)

    assert answer.startswith(b"POST|" + b"x" * size + b"|")


@needs("openssl")
@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
async def test_an_openssl_server_is_verified_by_its_name_and_by_whom_it_is_vouched_for(tmp_path, version):
    authority = Authority(tmp_path)
    pem = str(authority.certified("server.pem", LOOPBACK))
    wrong = str(authority.certified("wrong.pem", x509.DNSName("other.test")))
    found = []
    for certificate in (pem, wrong):
        port = free_port()
        command = ("openssl", "s_server", "-quiet", "-www", "-accept", f"127.0.0.1:{port}")
        async with running(port, *command, "-cert", certificate, "-key", certificate, version):
            transport = PooledTransport()
            url = f"https://127.0.0.1:{port}/"
            transport.trust({origin_of(url): TlsFiles(ca_file=str(authority.ca_file))})
            found.append(await get(transport, url))
            await transport.aclose()

    page, refused = found
    assert isinstance(page, bytes)
    assert b"s_server" in page
    assert (refused.kind, refused.error_code) == ("provider.tls", "certificate")

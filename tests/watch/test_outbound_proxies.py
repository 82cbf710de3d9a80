"""Destinations behind a proxy of the environment: HTTP's or SOCKS5, with names that only the proxy knows."""

import ssl

import pytest
from cryptography import x509
from tests.gateway.wire.authority import Authority, listening
from tests.gateway.wire.test_proxies import NAME, Proxy, answer
from tests.gateway.wire.test_socks import Socks

from leadline.proxies import Proxies
from leadline.vocabulary import OutboundRequest
from leadline.watch.outbound import Refused, Sender


def request(url):
    return OutboundRequest(url=url, body=b"{}", headers={"content-type": "application/json"})


def sender(url, context=None, *, allow_private=False):
    proxies = Proxies.of({"ALL_PROXY": url})
    return Sender(allow_private=allow_private, timeout_s=5, tls=context, proxies=proxies)


@pytest.mark.parametrize(("kind", "scheme"), [(Proxy, "http"), (Socks, "socks5")])
async def test_a_page_goes_through_and_tls_is_verified_end_to_end(kind, scheme, tmp_path):
    authority = Authority(tmp_path)
    async with listening(answer, ssl_context=authority.server_context(x509.DNSName(NAME))) as upstream:
        async with listening(kind(upstream)) as port:
            send = sender(f"{scheme}://127.0.0.1:{port}", authority.client_context())
            reply = await send(request(f"https://{NAME}/hook"))
        async with listening(kind(upstream)) as port:
            strangers = sender(f"{scheme}://127.0.0.1:{port}", ssl.create_default_context())
            with pytest.raises(ssl.SSLCertVerificationError):
                await strangers(request(f"https://{NAME}/hook"))

    assert (reply.status, reply.body) == (200, b"hello")


async def test_a_plain_one_tells_the_proxy_where_it_goes():
    async with listening(answer) as upstream:
        proxy = Proxy(upstream)
        async with listening(proxy) as port:
            reply = await sender(f"http://user:secret@127.0.0.1:{port}")(request(f"http://{NAME}/hook?a=b"))

    assert reply.status == 200
    assert proxy.heads[0].startswith(f"POST http://{NAME}/hook?a=b HTTP/1.1\r\nhost: {NAME}\r\n")
    assert "proxy-authorization: Basic " in proxy.heads[0]


async def test_a_proxy_that_lets_nothing_through_is_told_and_tried_again_later():
    async with listening(Proxy(0, b"HTTP/1.1 403 Forbidden\r\n\r\n")) as port:
        with pytest.raises(ConnectionError, match="let nothing through: it answered 403"):
            await sender(f"http://u:hunter2@127.0.0.1:{port}")(request(f"https://{NAME}/hook"))


async def test_an_address_of_the_private_network_is_refused_behind_a_proxy_too():
    with pytest.raises(Refused, match="private or loopback"):
        await sender("http://127.0.0.1:9")(request("http://10.0.0.1/hook"))


async def test_a_proxy_of_an_unknown_kind_is_refused_with_a_sentence():
    with pytest.raises(Refused, match=r"spoken to by https"):
        await sender("https://me:hunter2@proxy:1080")(request(f"https://{NAME}/hook"))

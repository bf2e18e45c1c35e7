"""WebSocket clients: websockets, wsproto and autobahn, well-behaved and not."""

import asyncio
import socket
import ssl
import struct
import time

import pytest
import websockets
from autobahn.asyncio.websocket import WebSocketClientFactory, WebSocketClientProtocol
from websockets.asyncio.client import connect
from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, BytesMessage, CloseConnection, Ping, Pong, Request, TextMessage


def ws(probe):
    return f"ws://127.0.0.1:{probe.port}/ws"


def test_websockets_echo_fragments_ping_close(probe):
    async def run():
        async with connect(ws(probe), subprotocols=["probe"]) as c:
            assert c.subprotocol == "probe"
            for message in ["", "hello", "ä" * 1000, b"", b"\x00\xff" * 50_000]:
                await c.send(message)
                assert await c.recv() == message
            await c.send(iter(["frag", "men", "ted"]))
            assert await c.recv() == "fragmented"
            start = time.monotonic()
            await (await c.ping())
            assert time.monotonic() - start < 5
            await c.close()
            assert c.close_code == 1000

    asyncio.run(run())


def test_websockets_progress_and_server_close(probe):
    async def run():
        async with connect(ws(probe)) as c:
            await c.send("count 1000")
            for number in range(1000):
                assert await c.recv() == '{"progress":%d}' % number
            await c.send("close")
            with pytest.raises(websockets.ConnectionClosed):
                await c.recv()
            assert (c.close_code, c.close_reason) == (4000, "as asked")

    asyncio.run(run())


def test_websockets_over_tls(secure_probe, certificate):
    async def run():
        trust = ssl.create_default_context(cafile=certificate / "chain.pem")
        async with connect(f"wss://localhost:{secure_probe.port}/ws", ssl=trust) as c:
            await c.send(b"x" * 900_000)
            assert len(await c.recv()) == 900_000

    asyncio.run(run())


def test_websockets_too_large_is_1009(probe):
    async def run():
        async with connect(ws(probe)) as c:
            await c.send(b"x" * ((1 << 20) + 1))
            with pytest.raises(websockets.ConnectionClosed):
                await c.recv()
            assert c.close_code == 1009

    asyncio.run(run())


def test_500_watchers_of_which_100_never_read(probe):
    """The others get their messages at once, and a watcher costs less than 64 kB."""

    async def run():
        before = probe.rss()
        silent = []
        for _ in range(100):
            s = socket.create_connection(("127.0.0.1", probe.port))
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            s.sendall(HANDSHAKE)
            s.sendall(masked(1, b"count 1000000"))
            silent.append(s)
        readers = [await connect(ws(probe)) for _ in range(400)]
        delays = []
        for c in readers:
            start = time.monotonic()
            await c.send("x")
            assert await c.recv() == "x"
            delays.append(time.monotonic() - start)
        assert max(delays) < 1
        assert (probe.rss() - before) / 500 < 64
        await asyncio.gather(*(c.close() for c in readers))
        for s in silent:
            s.close()

    asyncio.run(run())


HANDSHAKE = (
    b"GET /ws HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")


def masked(opcode, payload, final=True):
    head = bytes([(0x80 if final else 0) | opcode])
    if len(payload) < 126:
        head += bytes([0x80 | len(payload)])
    else:
        head += bytes([0x80 | 126]) + struct.pack(">H", len(payload))
    return head + b"\0\0\0\0" + payload


def test_wsproto_conversation(probe):
    s = socket.create_connection(("127.0.0.1", probe.port))
    c = WSConnection(ConnectionType.CLIENT)
    s.sendall(c.send(Request(host="h", target="/ws")))

    def events():
        while True:
            yield from c.events()
            c.receive_data(s.recv(65536) or None)

    incoming = events()
    assert isinstance(next(incoming), AcceptConnection)
    s.sendall(c.send(TextMessage("ä", message_finished=False)) + c.send(Ping(b"p")) + c.send(TextMessage("b")))
    assert next(incoming) == Pong(payload=b"p")
    assert next(incoming).data == "äb"
    s.sendall(c.send(BytesMessage(b"\1\2")))
    assert bytes(next(incoming).data) == b"\1\2"
    s.sendall(c.send(CloseConnection(code=1001, reason="away")))
    assert next(incoming).code == 1001
    assert s.recv(1) == b""


@pytest.mark.parametrize("frame,code", [
    (b"\x81\x01a", 1002),  # unmasked
    (b"\xc1\x81\0\0\0\0a", 1002), (b"\xa1\x81\0\0\0\0a", 1002), (b"\x91\x81\0\0\0\0a", 1002),  # reserved bits
    (masked(3, b""), 1002), (masked(15, b""), 1002),  # reserved opcodes
    (masked(1, b"\xff"), 1007), (masked(1, b"\xed\xa0\x80"), 1007), (masked(1, b"\xf4\x90\x80\x80"), 1007),
    (masked(9, b"x" * 126), 1002), (masked(9, b"x", final=False), 1002), (masked(0, b"x"), 1002),
    (masked(1, b"a", final=False) + masked(1, b"b"), 1002), (masked(8, b"\x03"), 1002),
    (masked(8, b"\x03\xe8\xff"), 1007), (masked(8, struct.pack(">H", 1005)), 1002),
    (masked(8, struct.pack(">H", 999)), 1002),
])
def test_violations_close_with_their_code(probe, frame, code):
    s = socket.create_connection(("127.0.0.1", probe.port), 10)
    s.sendall(HANDSHAKE + frame)
    data = b""
    while piece := s.recv(65536):
        data += piece
    tail = data.partition(b"\r\n\r\n")[2]
    assert tail == b"\x88\x02" + struct.pack(">H", code)


def test_autobahn_echo(probe):
    done = []

    class Client(WebSocketClientProtocol):
        def onOpen(self):
            self.sendMessage("häll".encode(), isBinary=False)

        def onMessage(self, payload, isBinary):
            done.append((payload, isBinary))
            if len(done) == 1:
                self.sendMessage(b"\x00" * 70_000, isBinary=True, fragmentSize=1000)
            else:
                self.sendClose(1000, "bye")

        def onClose(self, wasClean, code, reason):
            done.append((wasClean, code))
            asyncio.get_running_loop().stop()

    loop = asyncio.new_event_loop()
    factory = WebSocketClientFactory(ws(probe), loop=loop)
    factory.protocol = Client
    loop.run_until_complete(loop.create_connection(factory, "127.0.0.1", probe.port))
    loop.call_later(20, loop.stop)
    loop.run_forever()
    assert done == [("häll".encode(), False), (b"\x00" * 70_000, True), (True, 1000)]

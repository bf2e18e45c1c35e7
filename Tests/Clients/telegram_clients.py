"""Telegram libraries of other makers, pointed at the simulated data centres."""

import hashlib
import logging

import pyrogram
from pyrogram.crypto import rsa as pyrogram_rsa
from pyrogram.session.auth import Auth
from telethon import TelegramClient
from telethon.crypto import rsa as telethon_rsa
from telethon.sessions import MemorySession
from telethon.tl.types import InputDocumentFileLocation

from telegram_world import TOKEN

logging.getLogger("telethon").setLevel(logging.ERROR)
API_ID, API_HASH = 12345, "0123456789abcdef0123456789abcdef"


def trust(pem):
    """Makes both libraries know the simulator's keys."""
    import rsa

    end = "-----END RSA PUBLIC KEY-----\n"
    for one in (part + end for part in pem.split(end) if part.strip()):
        telethon_rsa.add_key(one, old=False)
        key = rsa.PublicKey.load_pkcs1(one.encode())
        fingerprint = telethon_rsa._compute_fingerprint(key)
        pyrogram_rsa.server_public_keys[fingerprint] = pyrogram_rsa.PublicKey(key.n, key.e)


async def telethon(world, connection=None, token=TOKEN):
    """A logged-in Telethon client."""
    centres = world.data_centres()
    trust(centres["pem"])
    session = MemorySession()
    session.set_dc(2, "127.0.0.1", centres["ports"]["2"])
    TelegramClient._config = None
    options = {"connection": connection} if connection else {}
    client = TelegramClient(session, API_ID, API_HASH, receive_updates=False, **options)
    await client.start(bot_token=token)
    return client


def location(file):
    return InputDocumentFileLocation(int(file["id"]), int(file["access_hash"]), bytes(file["reference"]), "")


async def telethon_hash(client, file, **options):
    digest = hashlib.sha256()
    async for chunk in client.iter_download(location(file), dc_id=file["dc"], file_size=file["size"], **options):
        digest.update(chunk)
    return digest.hexdigest()


class PyrogramClient(pyrogram.Client):
    """Kurigram, whose addresses come from its storage and from the configuration the simulator gives."""

    def __init__(self, world, token=TOKEN):
        centres = world.data_centres()
        trust(centres["pem"])
        super().__init__("check", API_ID, API_HASH, bot_token=token, in_memory=True, no_updates=True)
        self.home = centres["ports"]["2"]

    async def load_session(self):
        """As the library's own, but for the address of the first data centre, which it has built in."""
        storage = self.storage
        await storage.open()
        await storage.api_id(self.api_id)
        await storage.dc_id(2)
        await storage.server_address("127.0.0.1")
        await storage.port(self.home)
        await storage.date(0)
        await storage.test_mode(False)
        await storage.auth_key(await Auth(self, 2, "127.0.0.1", self.home, False).create())
        await storage.user_id(None)
        await storage.is_bot(None)

    async def __aenter__(self):
        # `start` would go on to ask for the bot's whole profile.
        await self.connect()
        await self.sign_in_bot(self.bot_token)
        return self

    async def __aexit__(self, *_):
        await self.disconnect()

    async def hash(self, file):
        digest = hashlib.sha256()
        async for chunk in self.stream_media(file["file_id"]):
            digest.update(chunk)
        return digest.hexdigest()

"""The simulated data centres against libraries of other makers: Telethon, unmodified, and Kurigram."""

import asyncio

import pytest
from telethon import errors
from telethon.network import connection

from telegram_clients import PyrogramClient, location, telethon, telethon_hash
from telegram_world import World, noise_hash

SIZE = 5_000_123


@pytest.fixture(scope="module")
def world():
    with World() as running:
        yield running


@pytest.fixture(autouse=True)
def quiet(world):
    world.control("reset")


@pytest.mark.parametrize("transport", ["Full", "Abridged", "Intermediate", "Obfuscated"])
def test_telethon_downloads_from_both_data_centres(world, transport):
    kinds = {
        "Full": connection.ConnectionTcpFull, "Abridged": connection.ConnectionTcpAbridged,
        "Intermediate": connection.ConnectionTcpIntermediate, "Obfuscated": connection.ConnectionTcpObfuscated}

    async def run():
        client = await telethon(world, kinds[transport])
        for dc in (2, 4):
            file = world.file(SIZE, seed=dc, dc=dc)
            assert await telethon_hash(client, file) == noise_hash(dc, SIZE)
        me = await client.get_me()
        assert me.bot and me.username == "stentor_bot"
        await client.disconnect()

    asyncio.run(run())


def test_telethon_is_sent_to_another_data_centre(world):
    async def run():
        client = await telethon(world)
        file = world.file(SIZE, seed=9, dc=4) | {"dc": 2}
        assert await telethon_hash(client, file) == noise_hash(9, SIZE)
        await client.disconnect()

    asyncio.run(run())


def test_telethon_meets_the_rules_of_reading(world):
    async def run():
        client = await telethon(world)
        file = world.file(SIZE, dc=2)
        from telethon.tl.functions.upload import GetFileRequest

        for offset, limit, precise, error in [
                (1, 4096, False, errors.OffsetInvalidError), (1024, 4096, False, errors.OffsetInvalidError),
                (0, 3 * 4096, False, errors.LimitInvalidError), (0, 1000, True, errors.LimitInvalidError),
                (1 << 20, 2 << 20, False, errors.LimitInvalidError), (1023 << 10, 2048, True, errors.LimitInvalidError)]:
            with pytest.raises(error):
                await client(GetFileRequest(location(file), offset, limit, precise=precise))
        answer = await client(GetFileRequest(location(file), 1024, 3 * 1024, precise=True))
        assert len(answer.bytes) == 3 * 1024
        answer = await client(GetFileRequest(location(file), 8 << 20, 4096))
        assert answer.bytes == b"", "behind the end there is nothing, and no error"
        world.control("dcs/fault", kind="error", code=420, text="FLOOD_WAIT_3")
        client.flood_sleep_threshold = 0
        with pytest.raises(errors.FloodWaitError) as raised:
            await client(GetFileRequest(location(file), 0, 4096))
        assert raised.value.seconds == 3
        await client.disconnect()

    asyncio.run(run())


def test_kurigram_downloads_from_both_data_centres(world):
    async def run():
        async with PyrogramClient(world) as client:
            for dc in (2, 4):
                file = world.file(SIZE, seed=dc + 10, dc=dc)
                assert await client.hash(file) == noise_hash(dc + 10, SIZE)

    asyncio.run(run())

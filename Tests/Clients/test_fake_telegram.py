"""The simulated Telegram against bots of other makers: python-telegram-bot and aiogram."""

import asyncio
import io

import pytest
from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramBadRequest, TelegramRetryAfter, TelegramUnauthorizedError
from aiogram.types import BufferedInputFile, InlineKeyboardButton, InlineKeyboardMarkup
from telegram import Update
from telegram.error import BadRequest, InvalidToken, RetryAfter
from telegram.ext import ApplicationBuilder, CallbackQueryHandler, MessageHandler, filters

from stentor_server import SAMPLE
from telegram_world import TOKEN, World


@pytest.fixture(scope="module")
def world():
    with World() as running:
        yield running


def aiogram_bot(world, token=TOKEN):
    return Bot(token, session=AiohttpSession(api=TelegramAPIServer.from_base(world.url)))


def telegram_bot(world, token=TOKEN):
    return ApplicationBuilder().token(token).base_url(f"{world.url}/bot").base_file_url(f"{world.url}/file/bot").build()


def test_python_telegram_bot_talks_edits_downloads_and_sends_files(world):
    async def run():
        done = asyncio.Event()
        application = telegram_bot(world)

        async def heard(update: Update, context):
            file = await update.message.voice.get_file()
            content = bytes(await file.download_as_bytearray())
            message = await update.message.reply_text(
                f"<b>{len(content)}</b> &lt;", parse_mode="HTML",
                reply_markup={"inline_keyboard": [[{"text": "Go", "callback_data": "go"}]]})
            with pytest.raises(BadRequest, match="not modified"):
                await message.edit_text(f"{len(content)} <", reply_markup=message.reply_markup)
            await message.edit_text("edited", reply_markup=message.reply_markup)
            sent = await update.message.reply_document(io.BytesIO(b"text"), filename="transcript.txt")
            assert sent.document.file_name == "transcript.txt"
            world.person(300).press({"message_id": message.message_id}, "go")

        async def pressed(update: Update, context):
            await update.callback_query.answer("pressed")
            done.set()

        application.add_handler(MessageHandler(filters.VOICE, heard))
        application.add_handler(CallbackQueryHandler(pressed))
        async with application:
            await application.start()
            await application.updater.start_polling()
            await asyncio.to_thread(world.person(300).send, SAMPLE)
            await asyncio.wait_for(done.wait(), 20)
            await application.updater.stop()
            await application.stop()
        assert "pressed" in world.state()["presses"].values()
        assert [m.get("text") for m in world.person(300).seen()][0] == "edited"

    asyncio.run(run())


def test_python_telegram_bot_understands_refusals(world):
    async def run():
        application = telegram_bot(world)
        async with application:
            world.control("chat", id=301, type="private", first_name="x")
            world.control("faults", method="sendMessage", kind="429", code=7)
            with pytest.raises(RetryAfter) as raised:
                await application.bot.send_message(301, "x")
            assert int(raised.value._retry_after.total_seconds()) == 7
            with pytest.raises(BadRequest, match="[Cc]hat not found"):
                await application.bot.send_message(9999, "x")
            with pytest.raises(BadRequest, match="too long"):
                await application.bot.send_message(301, "x" * 4097)
        with pytest.raises(InvalidToken):
            async with telegram_bot(world, "4242:another-token-of-nobody"):
                pass

    asyncio.run(run())


def test_aiogram_talks_edits_downloads_and_sends_files(world):
    async def run():
        bot, dispatcher, done = aiogram_bot(world), Dispatcher(), asyncio.Event()
        keyboard = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="Go", callback_data="go")]])

        @dispatcher.message()
        async def heard(message):
            content = (await bot.download(message.voice)).read()
            answer = await message.reply(f"{len(content)}", reply_markup=keyboard)
            await answer.edit_text("edited", reply_markup=keyboard)
            await message.answer_document(BufferedInputFile(b"text", "transcript.txt"))
            await asyncio.to_thread(world.person(310).press, {"message_id": answer.message_id}, "go")

        @dispatcher.callback_query()
        async def pressed(query):
            await query.answer("by aiogram")
            done.set()

        polling = asyncio.create_task(dispatcher.start_polling(bot, handle_signals=False))
        await asyncio.to_thread(world.person(310).send, SAMPLE)
        await asyncio.wait_for(done.wait(), 20)
        await dispatcher.stop_polling()
        await polling
        assert "by aiogram" in world.state()["presses"].values()

    asyncio.run(run())


def test_aiogram_understands_refusals(world):
    async def run():
        bot = aiogram_bot(world)
        assert (await bot.get_me()).username == "stentor_bot"
        world.control("chat", id=311, type="private", first_name="x")
        world.control("faults", method="sendMessage", kind="429", code=5)
        with pytest.raises(TelegramRetryAfter) as raised:
            await bot.send_message(311, "x")
        assert raised.value.retry_after == 5
        with pytest.raises(TelegramBadRequest, match="can't parse entities"):
            await bot.send_message(311, "<b>", parse_mode="HTML")
        await bot.set_webhook("http://127.0.0.1:1/x", secret_token="word")
        assert (await bot.get_webhook_info()).url == "http://127.0.0.1:1/x"
        await bot.delete_webhook()
        await bot.session.close()
        other = aiogram_bot(world, "4242:another-token-of-nobody")
        with pytest.raises(TelegramUnauthorizedError):
            await other.get_me()
        await other.session.close()

    asyncio.run(run())


def test_beyond_its_limits_it_refuses(world):
    async def run():
        bot = aiogram_bot(world)
        world.control("chat", id=312, type="private", first_name="x")
        with pytest.raises(TelegramRetryAfter):
            for _ in range(30):
                await bot.send_message(312, "x")
        await bot.session.close()

    asyncio.run(run())

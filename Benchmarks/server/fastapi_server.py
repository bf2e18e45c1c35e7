"""The usual way: FastAPI, the upload in a temporary file, its hash looked up in a dictionary, one engine program for each
job, as many at once as there are processors. PROGRAMS and PORT come from the environment."""

import asyncio
import hashlib
import json
import os
import tempfile

from fastapi import FastAPI, File, Form, UploadFile

app = FastAPI()
cache = {}
slots = asyncio.Semaphore(os.cpu_count())


@app.get("/health")
async def health():
    return {"status": "ok"}


@app.post("/transcribe-file")
async def transcribe(file: UploadFile = File(...), language: str = Form("en")):
    digest = hashlib.sha256()
    with tempfile.NamedTemporaryFile(suffix=os.path.basename(file.filename or "")) as stored:
        while block := await file.read(1 << 20):
            digest.update(block)
            stored.write(block)
        stored.flush()
        key = (digest.hexdigest(), language)
        if key in cache:
            return cache[key] | {"cached": True}
        async with slots:
            run = await asyncio.create_subprocess_exec(
                os.path.join(os.environ["PROGRAMS"], "stentor"), "transcribe", "--quiet", "--language", language,
                "--engine", "sphinx", "--format", "json", stored.name, stdout=asyncio.subprocess.PIPE)
            output, _ = await run.communicate()
        transcript = json.loads(output)
        cache[key] = {
            "full_text": transcript["text"], "duration": transcript["duration"], "segments": transcript["segments"],
            "cached": False,
        }
        return cache[key]

"""The same endpoints on aiohttp and on uvicorn with FastAPI.

    python servers.py aiohttp|uvicorn PORT
"""

import hashlib
import sys

CHUNK = bytes(i % 251 for i in range(65536))


def pieces(size):
    while size > 0:
        yield CHUNK if size >= len(CHUNK) else CHUNK[:size]
        size -= len(CHUNK)


def run_aiohttp(port):
    import uvloop
    from aiohttp import web

    async def hello(request):
        return web.json_response({"message": "hello, you"})

    async def upload(request):
        digest = hashlib.sha256()
        async for chunk in request.content.iter_any():
            digest.update(chunk)
        return web.Response(text=digest.hexdigest() + "\n")

    async def blob(request):
        size = int(request.query["size"])
        response = web.StreamResponse(headers={"Content-Length": str(size)})
        await response.prepare(request)
        for piece in pieces(size):
            await response.write(piece)
        return response

    uvloop.install()
    app = web.Application(client_max_size=0)
    app.router.add_get("/hello", hello)
    app.router.add_put("/upload", upload)
    app.router.add_get("/blob", blob)
    web.run_app(app, host="127.0.0.1", port=port, access_log=None, print=None)


def run_uvicorn(port):
    import uvicorn
    from fastapi import FastAPI, Request
    from fastapi.responses import PlainTextResponse, StreamingResponse

    app = FastAPI()

    @app.get("/hello")
    async def hello():
        return {"message": "hello, you"}

    @app.put("/upload")
    async def upload(request: Request):
        digest = hashlib.sha256()
        async for chunk in request.stream():
            digest.update(chunk)
        return PlainTextResponse(digest.hexdigest() + "\n")

    @app.get("/blob")
    async def blob(size: int):
        async def generate():
            for piece in pieces(size):
                yield piece

        return StreamingResponse(generate(), headers={"Content-Length": str(size)})

    uvicorn.run(app, host="127.0.0.1", port=port, loop="uvloop", http="httptools", log_level="error",
                access_log=False)


{"aiohttp": run_aiohttp, "uvicorn": run_uvicorn}[sys.argv[1]](int(sys.argv[2]))

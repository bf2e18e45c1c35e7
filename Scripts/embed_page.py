#!/usr/bin/env python3
"""Writes the page's files, compressed, into Sources/Features/WebUI/EmbeddedAssets.swift; with --check says whether they
are there as they are. The address of the files holds a hash over all of them."""

import base64
import gzip
import hashlib
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
FOLDER = ROOT / "Sources/Features/WebUI/Assets"
TARGET = ROOT / "Sources/Features/WebUI/EmbeddedAssets.swift"
# The page with everything it may ever load.
BUDGET = 150_000


def files():
    found = {str(path.relative_to(FOLDER)): path.read_bytes() for path in sorted(FOLDER.rglob("*")) if path.is_file()}
    digest = hashlib.sha256()
    for name, content in found.items():
        digest.update(name.encode() + b"\0" + content + b"\0")
    mark = digest.hexdigest()[:16]
    found["index.html"] = found["index.html"].replace(b"{assets}", f"/ui/assets/{mark}".encode())
    return mark, found


def written():
    """What the Swift file holds, unpacked: another zlib may pack differently."""
    text = TARGET.read_text() if TARGET.exists() else ""
    mark = re.search(r'hash = "(\w+)"', text)
    pairs = re.findall(r'name: "([^"]+)", bytes: (\d+), gzip: "([^"]+)"', text)
    return mark and mark.group(1), {name: gzip.decompress(base64.b64decode(packed)) for name, _, packed in pairs}


def main():
    mark, found = files()
    if "--check" in sys.argv:
        if written() != (mark, found):
            sys.exit("the page's files changed; run Scripts/embed_page.py")
        return
    lines = [
        "// swift-format-ignore-file",
        "// Written by Scripts/embed_page.py from Assets/.",
        "",
        "enum EmbeddedAssets {",
        "    struct File {",
        "        let name: String",
        "        let bytes: Int",
        "        let gzip: String",
        "    }",
        "",
        f'    static let hash = "{mark}"',
        "    static let files: [File] = [",
    ]
    total = 0
    for name, content in found.items():
        packed = gzip.compress(content, 9, mtime=0)
        total += len(packed)
        lines.append(f'        File(name: "{name}", bytes: {len(content)}, gzip: "{base64.b64encode(packed).decode()}"),')
    lines += ["    ]", "}", ""]
    if total > BUDGET:
        sys.exit(f"the page is {total} bytes compressed, {BUDGET} at most")
    TARGET.write_text("\n".join(lines))
    print(f"{len(found)} files, {total} bytes compressed")


main()

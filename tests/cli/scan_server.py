#!/usr/bin/env python3
"""A small MCP server over stdio that does as a JSON file says.

    scan_server.py FILE

FILE holds {"era": "handshake" or "stateless", "pages": [[tool, …], …]} and, for what servers do
wrong, any of the keys that Server.__init__ reads. What it was sent stands in FILE.log afterwards, one
JSON value a line.
"""

import json
import os
import sys
import time

VERSION = "2026-07-28"
META = "io.modelcontextprotocol/"


class Server:
    def __init__(self, path):
        with open(path, encoding="utf-8", errors="surrogatepass") as file:
            wish = json.load(file)
        self.log = open(path + ".log", "w", encoding="utf-8")
        self.era = wish.get("era", "handshake")
        self.pages = wish.get("pages", [[]])
        self.capabilities = wish.get("capabilities", {"tools": {"listChanged": True}})
        self.info = wish.get("info", {"name": "small server", "version": "1.0"})
        self.protocol = wish.get("protocol")       # what it says it speaks
        self.cursors = wish.get("cursors")         # in place of page numbers
        self.endless = wish.get("endless", False)  # a new cursor for ever
        self.dies_at = wish.get("dies_at")         # the method it exits at, with status 3
        self.silent_at = wish.get("silent_at")     # the method it never answers
        self.raw = wish.get("raw", {})             # method to the line that it answers instead
        self.fails_at = wish.get("fails_at")       # the method it answers with an error
        self.banner = wish.get("banner")           # a line that is no message
        self.asks = wish.get("asks", False)        # pings the client, and asks it for roots
        self.changes = wish.get("changes", 0)      # how often the list changes while it is read
        self.stays = wish.get("stays", False)      # after the end of its input, and on SIGTERM

    def send(self, message):
        self.write(json.dumps(message))

    @staticmethod
    def write(line):
        sys.stdout.write(line + "\n")
        sys.stdout.flush()

    def result(self, request, value):
        if self.era == "stateless":
            value = {**value, "resultType": "complete",
                     "_meta": {META + "serverInfo": self.info}}
        self.send({"jsonrpc": "2.0", "id": request["id"], "result": value})

    def error(self, request, code, text):
        self.send({"jsonrpc": "2.0", "id": request["id"], "error": {"code": code, "message": text}})

    def run(self):
        if self.stays:
            import signal
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
        print("the server's own log", file=sys.stderr, flush=True)
        if self.banner:
            self.write(self.banner)
        for line in sys.stdin:
            message = json.loads(line)
            print(json.dumps(message), file=self.log, flush=True)
            if "method" in message and "id" in message:
                self.answer(message)
        while self.stays:
            time.sleep(1)

    def answer(self, request):
        method = request["method"]
        if method == self.dies_at:
            sys.stdout.flush()
            os._exit(3)
        if method == self.silent_at:
            return
        if method in self.raw:
            self.write(self.raw[method].replace("ID", json.dumps(request["id"])))
        elif method == self.fails_at:
            self.error(request, -32603, "Out of order")
        elif method == "initialize" and self.era == "handshake":
            self.result(request, {"protocolVersion": self.protocol or
                                  request["params"]["protocolVersion"],
                                  "capabilities": self.capabilities, "serverInfo": self.info})
        elif method == "server/discover" and self.era == "stateless":
            if self.is_stateless(request):
                self.result(request, {"supportedVersions": [VERSION],
                                      "capabilities": self.capabilities})
        elif method == "tools/list":
            if self.era == "handshake" or self.is_stateless(request):
                self.list(request)
        else:
            self.error(request, -32601, "Method not found")

    def is_stateless(self, request):
        meta = request.get("params", {}).get("_meta", {})
        sound = (meta.get(META + "protocolVersion") == VERSION and
                 isinstance(meta.get(META + "clientCapabilities"), dict))
        if not sound:
            self.error(request, -32602, "_meta is missing")
        return sound

    def list(self, request):
        if self.asks:
            self.send({"jsonrpc": "2.0", "id": 1, "method": "ping"})
            self.send({"jsonrpc": "2.0", "id": "r", "method": "roots/list"})
        cursor = request.get("params", {}).get("cursor")
        if self.endless:
            number = int(cursor or 0) + 1
            return self.result(request, {"tools": [], "nextCursor": str(number)})
        names = self.cursors or [f"page {i}" for i in range(1, len(self.pages))]
        page = 0 if cursor is None else names.index(cursor) + 1
        if self.changes > 0:
            self.changes -= 1
            self.pages = [*self.pages[:-1], [*self.pages[-1], {"name": f"get_late_{self.changes}"}]]
            self.send({"jsonrpc": "2.0", "method": "notifications/tools/list_changed"})
        value = {"tools": self.pages[page % len(self.pages)]}
        if page < len(names):
            value["nextCursor"] = names[page]
        self.result(request, value)


if __name__ == "__main__":
    Server(sys.argv[1]).run()

"""A client of the desk, started directly or behind writ."""

import contextlib
import json
import os
import pathlib
import sys
import tempfile

import anyio
import mcp.types as types
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client

HERE = pathlib.Path(__file__).resolve().parent
PATIENCE = 60  # seconds for whatever a test waits for
DENIED = "[WRIT POLICY DENIED] "

DIRECT, THROUGH_WRIT = "direct", "through writ"


class Journal:
    """What the server executed."""

    def __init__(self, path):
        self.path = path

    def calls(self, name=None):
        rows = self.path.read_text().splitlines() if self.path.exists() else []
        calls = [json.loads(row) for row in rows]
        return [call for call in calls if name in (None, call["name"])]

    async def wait_for(self, name):
        with anyio.fail_after(PATIENCE):
            while not self.calls(name):
                await anyio.sleep(0.01)


def command(how, journal):
    """The words that start the server."""
    server = [sys.executable, "-W", "ignore::DeprecationWarning", str(HERE / "server.py"),
              str(journal.path)]
    if how == DIRECT:
        return server
    # The checkout, and the policy in it, may belong to anybody.
    return [os.environ["WRIT"], "run", "--state", "memory", "--audit", "none",
            "--insecure-permissions", "-c", str(HERE / "policy.yaml"), "--", *server]


@contextlib.contextmanager
def fresh_journal():
    with tempfile.TemporaryDirectory(prefix="writ-desk-") as folder:
        yield Journal(pathlib.Path(folder) / "journal")


class Client:
    """An SDK session with every callback answered and every event kept in order."""

    def __init__(self, session, events, journal):
        self.session = session
        self.events = events
        self.journal = journal

    async def call(self, name, **arguments):
        return await self.session.call_tool(name, arguments)


@contextlib.contextmanager
def the_one_exception():
    """Takes a lone exception, such as a failed assertion, out of the groups that task groups put it
    in."""
    try:
        yield
    except BaseExceptionGroup as group:
        inner = group
        while isinstance(inner, BaseExceptionGroup) and len(inner.exceptions) == 1:
            [inner] = inner.exceptions
        raise inner from None


@contextlib.asynccontextmanager
async def connect(how):
    """An initialized Client. Everything it started has ended when this is left."""
    events = []

    async def on_log(params):
        events.append(("log", params.level, params.logger, params.data))

    async def on_sampling(context, params):
        events.append(("sampling", params.messages[0].content.text, params.maxTokens))
        return types.CreateMessageResult(
            role="assistant", content=types.TextContent(type="text", text="42"), model="no model")

    async def on_elicitation(context, params):
        events.append(("elicitation", params.mode, params.message, getattr(params, "url", None)))
        content = {"answer": "yes"} if params.mode == "form" else None
        return types.ElicitResult(action="accept", content=content)

    async def on_roots(context):
        events.append(("roots",))
        return types.ListRootsResult(roots=[types.Root(uri="file:///srv/desk")])

    async def on_message(message):
        if isinstance(message, Exception):
            events.append(("unreadable", str(message)))
        elif isinstance(message, types.ServerNotification):
            if message.root.method == "notifications/elicitation/complete":
                events.append((message.root.method, message.root.params.elicitationId))

    ourselves = types.Implementation(name="desk-test", version="1")
    with fresh_journal() as journal, the_one_exception(), anyio.fail_after(PATIENCE):
        first, *rest = command(how, journal)
        async with (
            stdio_client(StdioServerParameters(command=first, args=rest)) as streams,
            ClientSession(*streams, logging_callback=on_log, sampling_callback=on_sampling,
                          elicitation_callback=on_elicitation, list_roots_callback=on_roots,
                          message_handler=on_message, client_info=ourselves) as session,
        ):
            client = Client(session, events, journal)
            client.initialized = await session.initialize()
            yield client

"""What tests of `writ scan` share: a server that lists what it is told, and the policy of it."""

import json
import pathlib
import sys

from harness import CommandTest

SERVER = pathlib.Path(__file__).with_name("scan_server.py")


def tool(name, description=None, annotations=None, **properties):
    made = {"name": name, "inputSchema": {"type": "object", "properties": properties}}
    if description is not None:
        made["description"] = description
    if annotations is not None:
        made["annotations"] = annotations
    return made


class ScanTest(CommandTest):
    def scan(self, *flags, **wish):
        path = self.folder / "wish.json"
        path.write_text(json.dumps(wish))
        return self.run_writ("scan", *flags, "--", sys.executable, str(SERVER), str(path))

    def sent(self):
        """What the server was sent."""
        lines = (self.folder / "wish.json.log").read_text().splitlines()
        return [json.loads(line) for line in lines]

    def policy_of(self, *pages, **wish):
        """The policy of these tools, which must pass `writ check`."""
        done = self.scan(pages=list(pages), **wish)
        self.expect(done, 0)
        self.check(done.out)
        return done.out

    def check(self, policy):
        self.write("scanned.yaml", policy)
        checked = self.run_writ("check", "scanned.yaml")
        self.expect(checked, 0)
        return checked

    def allowed(self, policy):
        """The names below `allow`, as `writ eval` decides them."""
        return [line[4:] for line in policy.splitlines() if line.startswith("  - ")]

    def decide(self, name):
        """The verdict of the last checked policy for a call of this tool."""
        call = json.dumps({"name": name, "arguments": {}})
        return self.run_writ("eval", "-c", "scanned.yaml", given=call).json()["verdict"]

    def section(self, policy, name):
        return policy.split(f"# ---- {name}:")[1].split("# ----")[0].split("\n# Rules")[0]

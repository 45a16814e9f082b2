"""What tests of recorded traffic share: real sessions that are recorded, and recordings made by hand."""

import json
import subprocess
import sys

from harness import PATIENCE

# Answers each call, those of the tool "fail" with an error.
SERVER = """\
import json, sys
for line in sys.stdin:
    message = json.loads(line)
    if "id" not in message:
        continue
    answer = {"jsonrpc": "2.0", "id": message["id"], "result": {}}
    if message.get("params", {}).get("name") == "fail":
        answer = {"jsonrpc": "2.0", "id": message["id"], "error": {"code": 1, "message": "no"}}
    print(json.dumps(answer), flush=True)
"""

ALL = "writ: 1\ndefault: allow\n"


def request(number, tool, arguments=None):
    params = {"name": tool} if arguments is None else {"name": tool, "arguments": arguments}
    return json.dumps({"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": params})


def lines(*calls):
    """Lines of a client: each call a tool and its arguments."""
    return "".join(request(number, *call) + "\n" for number, call in enumerate(calls))


def decision(time, tool, arguments=None, verdict="allow", session="a" * 16):
    """A record as the audit log has it."""
    record = {"time": time, "session": session, "seq": 1, "kind": "decision", "tool": tool, "verdict": verdict,
              "code": "allowed" if verdict == "allow" else "rule", "shadow": []}
    if arguments is not None:
        record.update({"args_digest": "00", "args": arguments})
    return json.dumps({**record, "program": "00", "ns": 1, "mac": "00"}, separators=(",", ":")) + "\n"


def record(test, policy, audit, *calls, flags=("--audit-args",)):
    """Runs a session of those calls, with its audit log."""
    test.write("server.py", SERVER)
    done = subprocess.run(
        [test.writ, "run", "-c", policy, "--state", "memory", "--audit", audit, *flags, "--", sys.executable,
         "server.py"],
        cwd=test.folder, env=test.environment, input=lines(*calls).encode(), timeout=PATIENCE, capture_output=True)
    test.assertEqual(done.returncode, 0, done.stderr)

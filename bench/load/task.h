// The task: a policy with as many rules as asked for, one tool each, and calls of its tools.
#pragma once

#include <fmt/core.h>

#include <cstddef>
#include <string>

namespace writ::load {

// Every tenth rule has a list, every other tenth reads text, the rest caps an amount: about what
// the ready-made policies have.
inline std::string PolicyOf(size_t rules) {
  std::string policy = "writ: 1\nname: bench\ndefault: allow\nrules:\n";
  for (size_t i = 0; i < rules; ++i) {
    policy += fmt::format("  - name: what tool {0} may do\n    tools: tool_{0}\n    require: ", i);
    if (i % 10 == 3) {
      policy += fmt::format("args.kind in [\"read\", \"list\", \"kind {}\"]\n", i);
    } else if (i % 10 == 7) {
      policy += fmt::format("args.path.startsWith(\"/srv/project {}/\")\n", i);
    } else {
      policy += fmt::format("args.amount <= {}\n", 100 + i);
    }
  }
  return policy;
}

// One that rule `rule` lets pass, and one that it does not. Readable beyond its end, as the scanner
// needs it.
inline std::string CallOf(size_t rule, bool passes) {
  std::string line = fmt::format(
      R"({{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{{"name":"tool_{}","arguments":)"
      R"({{"amount":{},"kind":"{}","path":"{}"}}}}}})",
      rule, passes ? 7 : 1'000'000, passes ? "read" : "write",
      passes ? fmt::format("/srv/project {}/a.txt", rule) : "/etc/passwd");
  line.reserve(line.size() + 64);
  return line;
}

}  // namespace writ::load

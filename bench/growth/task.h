// The task: policies that grow from 10 to 10,000 rules in four shapes, and calls of rules here and
// there in them. All calls are allowed: nothing is spared by an early denial. Of every policy ten
// rules are asked for, so that nothing grows but the policy; many of a large one are asked for
// apart, which also tells what it costs that they are not all in the caches.
//
//   disjoint   each rule has a tool of its own
//   keyed      all are about one tool, each for one account
//   unkeyed    all are about one tool, and each of them about every call: a cap each
//   mixed      of every ten rules five are for one account of a tool, four are caps of it, and one
//   is
//              for a group of tools by a glob; a tool has ten
#pragma once

#include <fmt/core.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "contest.h"

namespace writ::growth {

inline constexpr std::string_view kShapes[] = {"disjoint", "keyed", "unkeyed", "mixed"};
inline constexpr size_t kSizes[] = {10, 100, 1000, 10000};
inline constexpr size_t kRulesOfATool = 10;  // of a mixed policy

// What a rule is about. Names are equally long, whatever their number.
struct Rule {
  std::string tool;     // a name or a glob
  std::string account;  // empty: it is about all
};

inline std::string Account(size_t i) {
  return fmt::format("acct-{:05}", i);
}

inline Rule RuleOf(std::string_view shape, size_t i) {
  if (shape == "disjoint") return {fmt::format("tool_{:05}_pay", i), ""};
  if (shape == "keyed") return {"transfer", Account(i)};
  if (shape == "unkeyed") return {"transfer", ""};
  if (shape != "mixed") bench::Fail("no such shape");
  const std::string group = fmt::format("tool_{:05}_", i / kRulesOfATool);
  const size_t nth = i % kRulesOfATool;
  if (nth == kRulesOfATool - 1) return {group + "*", ""};
  return {group + "pay", nth < 5 ? Account(i) : ""};
}

// Every cap is another, and no call reaches one.
inline std::string PolicyOf(std::string_view shape, size_t rules) {
  std::string policy = "writ: 1\nname: bench\ndefault: allow\nrules:\n";
  for (size_t i = 0; i < rules; ++i) {
    const Rule rule = RuleOf(shape, i);
    policy += fmt::format("  - name: rule {}\n    tools: \"{}\"\n", i, rule.tool);
    if (!rule.account.empty()) {
      policy += fmt::format("    when: args.account == \"{}\"\n", rule.account);
    }
    policy += fmt::format("    require: args.amount <= {}\n", 100000 + i);
  }
  return policy;
}

inline constexpr size_t kCalls = 10;
inline constexpr size_t kManyCalls = 256;

// Of which rule the `i`th call is: the first ten are spread over the policy, and all of them too.
inline size_t RuleAsked(size_t i, size_t rules) {
  return i < kCalls ? i * rules / kCalls : i * 7919 % rules;
}

// A call that rule `i` is about.
struct Call {
  std::string tool;
  std::string account;
  int64_t amount = 0;
};

inline Call CallOf(std::string_view shape, size_t i) {
  Rule rule = RuleOf(shape, i);
  if (const size_t star = rule.tool.find('*'); star != std::string::npos) {
    rule.tool.replace(star, 1, "pay");
  }
  return {rule.tool, rule.account.empty() ? Account(i) : rule.account,
          static_cast<int64_t>(i % 997)};
}

inline std::string LineOf(const Call& call) {
  return fmt::format(
      R"({{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{{"name":"{}","arguments":)"
      R"({{"account":"{}","amount":{},"note":"as agreed on the telephone"}}}}}})",
      call.tool, call.account, call.amount);
}

}  // namespace writ::growth

// Policies whose rules are found by values decide as the same policies without any index do: random
// policies of both languages, random calls, several policies compiled together and linked.
//
// WRIT_SEED=N in the environment tries other ones.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "compiler/compiled.h"
#include "compiler/random_intercept.h"
#include "vm/bundle/bundle.h"
#include "vm/call.h"
#include "vm/link.h"

namespace writ {
namespace {

using random_intercept::Dice;

std::string KeyTest(Dice& dice) {
  const auto a = [&] { return fmt::format("\"a{}\"", dice.Below(8)); };
  const auto path = [&]() -> std::string {
    return dice.Pick<std::string>({"args.account", "args.account", "args.account", "args.currency",
                                   "args[\"account\"]", "args.deep.a", "args.n"});
  };
  const std::string p = path();
  switch (dice.Below(17)) {
    case 0:
    case 1:
    case 2:
    case 3: return fmt::format("{} == {}", p, a());
    case 4: return fmt::format("{} == {}", a(), p);
    case 5: return fmt::format("{} in [{}, {}]", p, a(), a());
    case 6: return fmt::format("has(args.account) && args.account == {}", a());
    case 7: return fmt::format("{} == {} && args.amount > 5", p, a());
    case 8: return fmt::format("{} == {} || {} == {}", p, a(), p, a());
    case 9: return fmt::format("!({} != {})", p, a());
    case 10: return fmt::format("args.n == {}", dice.Pick<std::string>({"1", "2.0", "3u", "-1"}));
    case 11: return "args.n in [1, 2.0, 3u, true]";
    case 12: return fmt::format("has(args.account) ? args.account == {} : false", a());
    case 13: return fmt::format("tool.name == \"t{}\"", dice.Below(4));
    case 14: return fmt::format("{} in {{{}: 1, {}: 2}}", p, "\"a1\"", "\"a2\"");
    case 15: return fmt::format("variables.account == {}", a());
    default: return fmt::format("args.account == variables.third && args.list[0] == {}", a());
  }
}

std::string Tools(Dice& dice) {
  return dice.Pick<std::string>({"", "", "    tools: t1\n", "    tools: t1\n", "    tools: t1\n",
                                 "    tools: [t1, t2]\n", "    tools: \"t*\"\n",
                                 "    tools: [\"*_w\", \"g_*\"]\n", "    tools: [\"x*y\", t2]\n",
                                 "    tools: [\"a*\", \"b*\", \"g*w\", \"*z*\", \"x*\"]\n"});
}

// Mostly rules of one shape, so that some are worth an index.
std::string WritPolicy(Dice& dice, size_t number) {
  std::string text = fmt::format(
      "writ: 1\nname: p{}\ndefault: {}\n"
      "variables:\n  account: args.account\n  third: '\"a3\"'\nrules:\n",
      number,
      dice.OneIn(4) ? "deny\nallow: [t1, \"t*\", \"*_w\", \"x*\", \"q*\", \"*z\"]" : "allow");
  const size_t rules = 8 + dice.Below(30);
  const bool of_one_tool = dice.OneIn(2);
  for (size_t i = 0; i < rules; ++i) {
    text += fmt::format("  - name: r{}\n", i);
    text += of_one_tool && !dice.OneIn(6) ? std::string("    tools: t1\n") : Tools(dice);
    const bool has_when = !dice.OneIn(5);
    if (has_when) text += fmt::format("    when: '{}'\n", KeyTest(dice));
    switch (dice.Below(7)) {
      case 0: text += fmt::format("    forbid: '{}'\n", KeyTest(dice)); break;
      case 1:
        text += fmt::format("    require: ['!({})', '!({})']\n", KeyTest(dice), KeyTest(dice));
        break;
      case 2: text += fmt::format("    require: args.amount <= {}\n", dice.Below(10)); break;
      case 3: text += "    only_args: [account, currency, n, amount, deep]\n"; break;
      case 4: text += "    quota: {max: 5, per: hour, of: args.amount}\n"; break;
      case 5: text += "    forbid: args.amount > 7\n    quota: {max: 5, per: hour}\n"; break;
      default: text += "    forbid: true\n"; break;
    }
    if (dice.OneIn(4)) text += "    mode: shadow\n";
  }
  return text;
}

std::string InterceptPolicy(Dice& dice) {
  std::string text = "version: \"1\"\ntools:\n  t1:\n    rules:\n";
  const size_t rules = 8 + dice.Below(20);
  for (size_t i = 0; i < rules; ++i) {
    text += fmt::format("      - name: v{}\n        conditions:\n", i);
    for (size_t c = 0; c < 1 + dice.Below(2); ++c) {
      const std::string path = dice.OneIn(5) ? "args.currency" : "args.account";
      if (dice.OneIn(3)) {
        text += fmt::format("          - {{path: {}, op: not_in, value: [a{}, {}]}}\n", path,
                            dice.Below(8), dice.OneIn(6) ? "1" : "b");
      } else {
        text += fmt::format("          - {{path: {}, op: {}, value: \"{}\"}}\n", path,
                            dice.OneIn(12) ? "eq" : "neq",
                            dice.OneIn(8) ? std::string("1") : fmt::format("a{}", dice.Below(8)));
      }
    }
  }
  return text;
}

std::string Arguments(Dice& dice) {
  const auto value = [&]() -> std::string {
    return dice.Pick<std::string>({"\"a0\"",
                                   "\"a1\"",
                                   "\"a2\"",
                                   "\"a3\"",
                                   "\"a4\"",
                                   "\"a5\"",
                                   "\"a6\"",
                                   "\"a7\"",
                                   "\"z\"",
                                   "\"a\\u0031\"",
                                   "1",
                                   "1.0",
                                   "2",
                                   "3",
                                   "-1",
                                   "true",
                                   "null",
                                   "[]",
                                   "[\"a1\"]",
                                   "{}",
                                   "9007199254740993",
                                   "1e400",
                                   "0.5",
                                   "\"" + std::string(300, 'a') + "\""});
  };
  std::string text;
  const auto add = [&](const std::string& name, const std::string& what) {
    text += fmt::format("{}\"{}\":{}", text.empty() ? "" : ",", name, what);
  };
  if (!dice.OneIn(8)) add("account", value());
  if (dice.OneIn(20)) add("Account", value());
  if (!dice.OneIn(3)) add("currency", value());
  if (!dice.OneIn(3)) add("n", dice.OneIn(4) ? value() : fmt::format("{}", dice.Below(4)));
  if (!dice.OneIn(5)) add("amount", dice.OneIn(8) ? value() : fmt::format("{}", dice.Below(10)));
  if (!dice.OneIn(3)) add("deep", dice.OneIn(4) ? value() : fmt::format("{{\"a\":{}}}", value()));
  if (dice.OneIn(2)) add("list", fmt::format("[{}]", value()));
  if (dice.OneIn(10)) add("else", "1");
  return "{" + text + "}";
}

// What is said of a decision, by names and not by numbers: those of instructions and slots differ.
std::string Said(Call& call, std::string_view tool, const std::string& arguments) {
  call.Begin(arguments, tool);
  for (const FactSlot& fact : call.program()->facts) {
    if (fact.fact == Fact::kToolName) call.machine().SetSlot(fact.slot, Value::String(tool));
  }
  const Decision decision = call.machine().Decide();
  const Program& program = *call.program();
  const auto rule = [&program](uint32_t number) {
    return number < program.rules.size() ? program.rules[number].name : std::string("-");
  };
  std::string said =
      fmt::format("{} {} {} error {} looks like {} has {}", VerdictName(decision.verdict),
                  CodeName(decision.code), rule(decision.rule), ErrorText(decision.error),
                  decision.expected_name, decision.unexpected_name);
  for (uint32_t i = 0; i < decision.reservation_count; ++i) {
    const Reservation& reserved = decision.reservations[i];
    said +=
        fmt::format("; {} takes {}", rule(program.quotas[reserved.quota].rule), reserved.amount);
  }
  std::vector<std::string> notes;
  for (uint32_t i = 0; i < decision.shadow_count; ++i) {
    const ShadowNote& note = decision.shadows[i];
    notes.push_back(fmt::format("; {} notes {} {} {}", rule(note.rule), CodeName(note.code),
                                ErrorText(note.error), note.expected_name));
  }
  return fmt::format("{}{}", said, fmt::join(notes, ""));
}

bool Chooses(const Program& program) {
  return std::any_of(program.code.begin(), program.code.end(),
                     [](const Instruction& at) { return at.op == Opcode::kChoose; });
}

std::shared_ptr<const VerifiedProgram> ThroughABundle(const VerifiedProgram& program) {
  const auto written = bundle::Write(*program, bundle::DebugData::kKeep);
  if (!written.has_value()) throw std::invalid_argument(written.error());
  auto loaded = bundle::Read(*written, "/a");
  if (!loaded.has_value()) throw std::invalid_argument(loaded.error());
  return loaded->program;
}

std::shared_ptr<const VerifiedProgram> Linked(const std::vector<std::string>& texts) {
  std::vector<LinkPart> parts;
  for (size_t i = 0; i < texts.size(); ++i) {
    parts.push_back({Compiled(std::vector<std::string>{texts[i]}, i), ""});
  }
  auto linked = Link(parts);
  if (!linked.has_value()) throw std::invalid_argument(linked.error().text);
  auto verified = Verify(std::move(*linked));
  if (!verified.has_value()) throw std::invalid_argument(verified.error().text);
  return *verified;
}

TEST(IndexAgreement, AnIndexChangesNoDecision) {
  constexpr int kPolicies = 250;
  constexpr int kCalls = 60;
  const char* const chosen = std::getenv("WRIT_SEED");
  const uint64_t seed = chosen != nullptr ? std::strtoull(chosen, nullptr, 10) : 1;
  Dice dice(seed);
  size_t with_index = 0;
  std::map<std::string, size_t> seen;
  for (int p = 0; p < kPolicies; ++p) {
    std::vector<std::string> texts;
    for (size_t i = 0; i < 1 + dice.Below(2); ++i) {
      texts.push_back(dice.OneIn(4) ? InterceptPolicy(dice) : WritPolicy(dice, i));
    }
    std::vector<std::pair<const char*, std::unique_ptr<Call>>> indexed;
    const auto add = [&indexed](const char* name, std::shared_ptr<const VerifiedProgram> program) {
      indexed.emplace_back(name, std::make_unique<Call>(std::move(program)));
    };
    Call plain(Compiled(texts, 0, {.optimise = false}));
    ASSERT_FALSE(Chooses(*plain.program()));
    add("compiled", Compiled(texts));
    add("a bundle", ThroughABundle(indexed.front().second->program()));
    if (texts.size() > 1) add("linked", Linked(texts));
    with_index += Chooses(*indexed.front().second->program()) ? 1 : 0;
    for (int c = 0; c < kCalls; ++c) {
      const std::string tool =
          dice.Pick<std::string>({"t1", "t1", "t1", "t1", "t2", "t3", "g_w", "x1y", "zzz", "_w",
                                  "none", std::string(400, 't')});
      const std::string arguments = Arguments(dice);
      const std::string expected = Said(plain, tool, arguments);
      ++seen[expected.substr(0, expected.find(' ', expected.find(' ') + 1))];
      for (const auto& [name, call] : indexed) {
        ASSERT_EQ(Said(*call, tool, arguments), expected)
            << name << "\ncall " << c << " of " << tool << " with " << arguments << " by\n"
            << fmt::format("{}", fmt::join(texts, "--- and\n")) << "WRIT_SEED=" << seed;
      }
    }
  }
  EXPECT_GT(with_index, kPolicies / 2u);
  for (const char* outcome : {"allow allowed", "deny rule", "error error", "error number",
                              "deny default", "deny amount"}) {
    EXPECT_GT(seen[outcome], 10u) << outcome;
  }
}

}  // namespace
}  // namespace writ

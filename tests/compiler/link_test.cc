// Policies that are compiled apart and linked decide as if they had been compiled together.
//
// WRIT_SEED=N in the environment tries other ones.
#include "vm/link.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "compiler/compiled.h"
#include "compiler/random_intercept.h"
#include "compiler/text_files.h"
#include "proxy/counters_memory.h"
#include "proxy/judge.h"
#include "vm/call.h"
#include "vm/disasm.h"

namespace writ {
namespace {

using namespace random_intercept;

using Policies = std::vector<std::string>;

constexpr std::string_view kAnd = "--- and\n";

Policies Split(const std::string& given) {
  Policies policies;
  size_t start = 0;
  for (size_t end; (end = given.find(kAnd, start)) != std::string::npos;
       start = end + kAnd.size()) {
    policies.push_back(given.substr(start, end - start));
  }
  policies.push_back(given.substr(start));
  return policies;
}

std::string Shown(const Policies& policies) {
  return fmt::format("{}", fmt::join(policies, kAnd));
}

std::vector<std::shared_ptr<const VerifiedProgram>> Parts(const std::vector<Policies>& groups) {
  std::vector<std::shared_ptr<const VerifiedProgram>> parts;
  size_t before = 0;
  for (const Policies& group : groups) {
    parts.push_back(Compiled(group, before));
    before += group.size();
  }
  return parts;
}

std::shared_ptr<const VerifiedProgram> Linked(
    const std::vector<std::shared_ptr<const VerifiedProgram>>& programs) {
  std::vector<LinkPart> parts;
  for (const auto& program : programs) parts.push_back({program, ""});
  auto linked = Link(parts);
  if (!linked.has_value()) throw std::invalid_argument(linked.error().text);
  auto verified = Verify(std::move(*linked));
  if (!verified.has_value()) throw std::invalid_argument(verified.error().text);
  return *verified;
}

std::shared_ptr<const VerifiedProgram> LinkedApart(const Policies& policies) {
  std::vector<Policies> groups;
  for (const std::string& policy : policies) groups.push_back({policy});
  return Linked(Parts(groups));
}

// ---- What a program says of a call, as text.

std::string RuleText(const Program& program, uint32_t rule) {
  if (rule >= program.rules.size()) return "no rule";
  const SourcePosition& at = program.rules[rule].at;
  return fmt::format("{} at {}:{}", program.rules[rule].name, program.files[at.file], at.line);
}

std::string PlaceText(const Program& program, uint32_t instruction) {
  if (instruction >= program.positions.size()) return "nowhere";
  const SourcePosition& at = program.positions[instruction];
  if (at.line == 0) return "nowhere";
  return fmt::format("{}:{}:{} {}", program.files[at.file], at.line, at.column,
                     at.text == kNoText ? "" : program.texts[at.text]);
}

std::string CounterText(const Counter& counter) {
  return fmt::format("{}/{}{}/{} per {}", counter.space, counter.global ? "*" : "", counter.scope,
                     counter.name, WindowName(counter.window));
}

class World {
 public:
  explicit World(std::shared_ptr<const VerifiedProgram> program, const Facts* facts)
      : call_(std::move(program)), judge_(call_.machine(), counters_, facts) {}

  Call& call() { return call_; }

  std::string Decide(const std::string& tool, const std::string& arguments, int64_t now,
                     const Claims& claims) {
    const Program& program = *call_.program();
    call_.Begin(arguments, tool);
    const Judgement& judgement = judge_.Decide(tool, now, claims);
    const Decision& decision = judgement.decision;
    std::string text =
        fmt::format("{} {}: {}, {}, {}\n", VerdictName(decision.verdict), CodeName(decision.code),
                    RuleText(program, decision.rule), ErrorText(decision.error), judgement.message);
    if (decision.verdict == Verdict::kError) {
      text += PlaceText(program, decision.instruction) + '\n';
    }
    if (decision.slot != kNoSlot) text += "slot " + program.slot_names[decision.slot] + '\n';
    text += fmt::format("expected {}, unexpected {}, again in {}\n", decision.expected_name,
                        decision.unexpected_name, judgement.retry_after);
    for (uint32_t i = 0; i < decision.reservation_count; ++i) {
      const Reservation& taken = decision.reservations[i];
      const Quota& quota = program.quotas[taken.quota];
      text += fmt::format("takes {} of {} of {} by {}{} for {}\n", taken.amount, taken.limit,
                          CounterText(program.counters[quota.counter]), JsonQuote(taken.key),
                          quota.shadow ? " in shadow" : "", RuleText(program, quota.rule));
    }
    std::vector<std::string> shadows;
    for (const Shadow& shadow : judgement.shadows) {
      shadows.push_back(fmt::format("shadow {} {}: {}, {}, {}, {}\n", VerdictName(shadow.verdict),
                                    CodeName(shadow.code), RuleText(program, shadow.rule),
                                    ErrorText(shadow.error), PlaceText(program, shadow.instruction),
                                    shadow.message));
    }
    // Which of several rules that watch one name comes first is no promise.
    std::sort(shadows.begin(), shadows.end());
    for (const std::string& shadow : shadows) text += shadow;
    NoteReads(program);
    if (program.Hides(tool)) text += "is not listed\n";
    receipt_ = judgement.receipt;
    code_ = decision.code;
    shadow_ = !shadows.empty();
    return text;
  }

  // Of the last call: what its tool reads. What is read for a call that is denied anyway may
  // differ.
  const std::set<std::string>& reads() const { return reads_; }
  void GiveBack() { counters_.GiveBack(receipt_); }
  Code code() const { return code_; }
  bool has_shadows() const { return shadow_; }

 private:
  void NoteReads(const Program& program) {
    const ToolEntry& entry = call_.machine().tool();
    reads_.clear();
    for (uint32_t i = 0; i < entry.read_count; ++i) {
      const CounterRead& read = program.reads[entry.first_read + i];
      reads_.insert(CounterText(program.counters[read.counter]) + " as " +
                    program.slot_names[read.slot]);
    }
  }

  Call call_;
  MemoryCounters counters_;
  Judge judge_;
  Receipt receipt_;
  std::set<std::string> reads_;
  Code code_ = Code::kAllowed;
  bool shadow_ = false;
};

// Which outcomes were met.
using Seen = std::map<std::string, size_t>;

struct RandomCall {
  std::string tool;
  std::string arguments;
};

// Decides the same calls with both programs. False if a difference was reported.
template <typename NextCall>
bool Compare(const Policies& policies, std::shared_ptr<const VerifiedProgram> together,
             std::shared_ptr<const VerifiedProgram> linked, Dice& dice, int calls, Seen& seen,
             const NextCall& next_call) {
  const Facts facts(Facts::Labels{{"env", "prod"}});
  World expected(std::move(together), &facts);
  World actual(std::move(linked), &facts);
  EXPECT_EQ(expected.call().program()->HidesAny(), actual.call().program()->HidesAny());
  EXPECT_EQ(expected.call().program()->labels, actual.call().program()->labels);
  EXPECT_EQ(expected.call().program()->ErrorsAreDenials(),
            actual.call().program()->ErrorsAreDenials());
  EXPECT_EQ(expected.call().program()->files, actual.call().program()->files);
  int64_t now = 1'767'225'600;
  for (int c = 0; c < calls; ++c) {
    const RandomCall call = next_call();
    if (dice.OneIn(10)) now += dice.OneIn(2) ? 60 : 86'400;
    Claims claims;
    if (dice.OneIn(2)) claims.client_name = "agent";
    const std::string wanted = expected.Decide(call.tool, call.arguments, now, claims);
    const std::string got = actual.Decide(call.tool, call.arguments, now, claims);
    const bool reads_differ =
        actual.code() == Code::kAllowed
            ? actual.reads() != expected.reads()
            : !std::includes(actual.reads().begin(), actual.reads().end(), expected.reads().begin(),
                             expected.reads().end());
    if (got != wanted || reads_differ) {
      ADD_FAILURE() << "compiled together:\n"
                    << wanted << "linked:\n"
                    << got << (reads_differ ? "reading other counters\n" : "") << "call of "
                    << call.tool << " with " << call.arguments << " by\n"
                    << Shown(policies) << "\n"
                    << Disassemble(*actual.call().program());
      return false;
    }
    ++seen[std::string(CodeName(actual.code()))];
    if (actual.has_shadows()) ++seen["shadow"];
    if (dice.OneIn(6)) {
      expected.GiveBack();
      actual.GiveBack();
    }
  }
  return true;
}

uint64_t Seed() {
  const char* const chosen = std::getenv("WRIT_SEED");
  return chosen != nullptr ? std::strtoull(chosen, nullptr, 10) : 1;
}

RandomCall CallOfIntercept(Dice& dice) {
  static const std::vector<std::string> kCalled = {"a", "a", "b", "c", "*", "_global"};
  return {dice.Pick(kCalled), Text(RandomMap(dice, 0))};
}

TEST(Link, RandomPoliciesOfVersion1) {
  Dice dice(Seed());
  Seen seen;
  for (int p = 0; p < 800; ++p) {
    PolicyMaker maker(dice);
    Policies policies;
    for (size_t i = 0; i < 2 + dice.Below(2); ++i) policies.push_back(maker.Make(i));
    if (!Compare(policies, Compiled(policies), LinkedApart(policies), dice, 40, seen,
                 [&] { return CallOfIntercept(dice); })) {
      FAIL() << "WRIT_SEED=" << Seed();
    }
  }
  for (const std::string code : {"allowed", "hidden", "default", "rule", "number", "amount"}) {
    EXPECT_GT(seen[code], 20u) << code;
  }
}

// ---- Policies of `writ: 1`.

// Rules over few tools and arguments, so that policies meet in them.
class WritMaker {
 public:
  explicit WritMaker(Dice& dice) : dice_(dice) {}

  std::string Make(size_t number) {
    std::string text = "writ: 1\n";
    if (dice_.OneIn(2)) text += fmt::format("name: p{}\n", number);
    if (dice_.OneIn(3)) {
      text += fmt::format("default: deny\nallow: [{}]\n", Tools());
    } else {
      text += "default: allow\n";
    }
    if (dice_.OneIn(4)) text += fmt::format("hide: [{}]\n", dice_.Pick(kHidden));
    if (dice_.OneIn(3)) text += "labels: [env]\n";
    text += "data: { limits: { prod: 3, a: 2 }, list: [1, a, true, 2, 3, 4, 5, 6, 7, 8, 9] }\n";
    text += "variables:\n  x: args.x\n  sum: args.x + size(args.y)\n";
    text += "rules:\n";
    const size_t rules = 1 + dice_.Below(4);
    for (size_t i = 0; i < rules; ++i) text += Rule(number, i, text.find("labels:") != text.npos);
    return text;
  }

 private:
  inline static const std::vector<std::string> kHidden = {"c", "\"a*\"", "b, \"*d\""};
  inline static const std::vector<std::string> kToolNames = {"a",      "b",      "ab",   "c",
                                                             "\"a*\"", "\"*b\"", "\"*\""};
  inline static const std::vector<std::string> kConditions = {
      "args.x == 1",
      "args.x in data.list",
      "has(args.o.x)",
      "args.?o.x.orValue(0) < 2",
      "size(args.y) < 2",
      "variables.x != true",
      "variables.sum > 2",
      "args.o.y == args.x",
      "args.y.startsWith('a') || args.x > 1",
      "args.x > 1 && args.o.x == 1 || args.y == 'ab'",
      "tool.name != 'b'",
      "!has(client.name) || client.name != 'agent'",
      "args.o.all(k, k != 'y')",
      "now.getFullYear() > 2000",
      "type(args.y) == string",
      "string(args.x).matches('^[0-9]')",
  };
  inline static const std::vector<std::string> kQuotas = {
      "{ max: 3, per: minute }",
      "{ max: 5, per: day, of: args.x }",
      "{ max: 5, per: session, of: 'args.?o.x.orValue(1)', by: args.y }",
      "{ max: \"data.limits[args.y]\", per: hour, sliding: true, by: tool.name }",
      "{ max: 7.5, per: day, of: args.x, scale: 2 }",
  };
  inline static const std::vector<std::string> kMessages = {
      "no: ${args.x} and ${variables.sum}", "of ${args.o}",
      "${quota.remaining} until ${quota.resets_at}"};

  std::string Tools() {
    std::string tools = dice_.Pick(kToolNames);
    if (dice_.OneIn(2)) {
      const std::string second = dice_.Pick(kToolNames);
      if (second != tools) tools += ", " + second;
    }
    return tools;
  }

  std::string Rule(size_t policy, size_t number, bool has_label) {
    std::string text = fmt::format("  - name: p{}r{}\n", policy, number);
    if (!dice_.OneIn(3)) text += fmt::format("    tools: [{}]\n", Tools());
    if (dice_.OneIn(3)) text += "    mode: shadow\n";
    const auto condition = [&] {
      return has_label && dice_.OneIn(8) ? "labels.env == 'prod'" : dice_.Pick(kConditions);
    };
    if (dice_.OneIn(3)) text += fmt::format("    when: \"{}\"\n", condition());
    const size_t kind = dice_.Below(6);
    if (kind < 3) text += fmt::format("    require: \"{}\"\n", condition());
    if (kind == 3) text += fmt::format("    forbid: \"{}\"\n", condition());
    if (kind == 4) text += "    only_args: [x, y, o]\n";
    const bool has_quota = kind == 5 || dice_.OneIn(4);
    if (has_quota) text += fmt::format("    quota: {}\n", dice_.Pick(kQuotas));
    if (dice_.OneIn(3)) {
      text += fmt::format("    message: \"{}\"\n", kMessages[dice_.Below(has_quota ? 3 : 2)]);
    }
    return text;
  }

  Dice& dice_;
};

RandomCall CallOfWrit(Dice& dice) {
  static const std::vector<std::string> kCalled = {"a", "a", "b", "ab", "c", "d"};
  static const std::vector<std::string> kValues = {"1",
                                                   "2",
                                                   "0.5",
                                                   "\"a\"",
                                                   "\"ab\"",
                                                   "true",
                                                   "null",
                                                   "[]",
                                                   "[1,2]",
                                                   "{\"x\":1}",
                                                   "{\"X\":1,\"y\":2}",
                                                   "9007199254740993",
                                                   "\"prod\"",
                                                   "-1"};
  const std::string tool = dice.Pick(kCalled);
  if (dice.OneIn(20)) return {tool, "{}"};
  std::string text;
  const auto add = [&](std::string_view name) {
    text += fmt::format("{}\"{}\":{}", text.empty() ? "" : ",", name, dice.Pick(kValues));
  };
  for (const std::string_view name : {"x", "y", "o"}) {
    if (!dice.OneIn(4)) add(name);
  }
  if (dice.OneIn(10)) add("X");
  if (dice.OneIn(10)) add("z");
  return {tool, "{" + text + "}"};
}

TEST(Link, RandomPoliciesOfWrit) {
  Dice dice(Seed());
  Seen seen;
  for (int p = 0; p < 600; ++p) {
    WritMaker maker(dice);
    PolicyMaker other_maker(dice);
    Policies policies;
    for (size_t i = 0; i < 2 + dice.Below(2); ++i) {
      policies.push_back(dice.OneIn(6) ? other_maker.Make(i) : maker.Make(i));
    }
    if (!Compare(policies, Compiled(policies), LinkedApart(policies), dice, 40, seen,
                 [&] { return CallOfWrit(dice); })) {
      FAIL() << "WRIT_SEED=" << Seed();
    }
  }
  for (const std::string code : {"allowed", "hidden", "default", "rule", "quota", "number",
                                 "ambiguous", "amount", "error", "shadow"}) {
    EXPECT_GT(seen[code], 20u) << code;
  }
}

// ---- Policies that people wrote.

// Calls that reach what the program reads: names on the paths of its trie, its own constants.
class CallMaker {
 public:
  CallMaker(const Program& program, Dice& dice) : program_(program), dice_(dice) {
    for (const auto& [name, entry] : program.tool_index) tools_.push_back(name);
    tools_.push_back("nobody_knows_this_tool");
    for (const Value& constant : program.constants) Collect(constant);
    for (const char* const scalar : {"1", "0", "-1", "2.5", "true", "null", "\"\"", "\"a\"", "[]",
                                     "{}", "9007199254740993", "100000000"}) {
      values_.emplace_back(scalar);
    }
  }

  RandomCall Next() {
    RandomCall call;
    call.tool = dice_.Pick(tools_);
    const auto found = program_.tool_index.find(call.tool);
    const ToolEntry& entry =
        program_.tools[found != program_.tool_index.end() ? found->second : program_.other_tools];
    call.arguments = entry.root == kNoNode ? "{}" : Object(entry.root);
    return call;
  }

 private:
  void Collect(const Value& value) {
    if (value.is(Tag::kString)) values_.push_back(JsonQuote(value.view()));
    if (value.is(Tag::kInt)) values_.push_back(std::to_string(value.i));
    if (!value.is(Tag::kList)) return;
    for (uint32_t i = 0; i < value.list->size; ++i) Collect(value.list->items[i]);
  }

  std::string Object(uint32_t node) {
    std::string text;
    const PathNode& at = program_.paths.node(node);
    for (uint32_t i = 0; i < at.edge_count; ++i) {
      const PathEdge& edge = program_.paths.edge(at.first_edge + i);
      if (dice_.OneIn(4)) continue;
      std::string name(edge.name);
      if (dice_.OneIn(20) && !name.empty()) name[0] = static_cast<char>(name[0] ^ 0x20);
      const bool goes_on = program_.paths.node(edge.child).edge_count > 0 && !dice_.OneIn(5);
      text += fmt::format("{}{}:{}", text.empty() ? "" : ",", JsonQuote(name),
                          goes_on ? Object(edge.child) : dice_.Pick(values_));
    }
    if (dice_.OneIn(6)) text += std::string(text.empty() ? "" : ",") + "\"unheard_of\":1";
    return "{" + text + "}";
  }

  const Program& program_;
  Dice& dice_;
  std::vector<std::string> tools_;
  std::vector<std::string> values_;
};

Policies WrittenPolicies() {
  Policies policies;
  for (const auto& entry : std::filesystem::directory_iterator(WRIT_SOURCE_DIR "/policies")) {
    const std::string name = entry.path().filename();
    if (name.ends_with(".test.yaml") || !name.ends_with(".yaml")) continue;
    std::ifstream in(entry.path(), std::ios::binary);
    policies.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  for (const std::string& name : TextFile::In("tests/compiler/golden")) {
    const TextFile file("tests/compiler/golden", name);
    for (std::string& policy : Split(file.given())) policies.push_back(std::move(policy));
  }
  std::sort(policies.begin(), policies.end());
  return policies;
}

TEST(Link, WrittenPolicies) {
  Dice dice(Seed());
  Seen seen;
  const Policies all = WrittenPolicies();
  ASSERT_GT(all.size(), 40u);
  const auto name_of = [](const std::string& policy) {
    const size_t at = policy.find("\nname: ");
    return at == std::string::npos ? "" : policy.substr(at, policy.find('\n', at + 1) - at);
  };
  int compared = 0;
  // Each at least once in either place.
  for (size_t i = 0; i < 3 * all.size(); ++i) {
    Policies policies = {all[i % all.size()], dice.Pick(all)};
    if (dice.OneIn(2)) std::swap(policies[0], policies[1]);
    if (dice.OneIn(3)) policies.push_back(dice.Pick(all));
    std::set<std::string> names;
    size_t unnamed = 0;
    for (const std::string& policy : policies) {
      const std::string name = name_of(policy);
      if (name.empty())
        ++unnamed;
      else
        names.insert(name);
    }
    if (names.size() + unnamed != policies.size()) continue;
    const std::shared_ptr<const VerifiedProgram> together = Compiled(policies);
    CallMaker calls(**together, dice);
    if (!Compare(policies, together, LinkedApart(policies), dice, 60, seen,
                 [&] { return calls.Next(); })) {
      FAIL() << "WRIT_SEED=" << Seed();
    }
    ++compared;
  }
  EXPECT_GT(compared, 60);
  for (const std::string code : {"allowed", "hidden", "default", "rule", "quota", "error"}) {
    EXPECT_GT(seen[code], 20u) << code;
  }
}

// Policies that are compiled together are one part.
TEST(Link, APartOfSeveralPolicies) {
  Dice dice(Seed());
  Seen seen;
  for (int p = 0; p < 100; ++p) {
    WritMaker maker(dice);
    const Policies policies = {maker.Make(0), maker.Make(1), maker.Make(2)};
    const auto linked = dice.OneIn(2) ? Linked(Parts({{policies[0], policies[1]}, {policies[2]}}))
                                      : Linked(Parts({{policies[0]}, {policies[1], policies[2]}}));
    if (!Compare(policies, Compiled(policies), linked, dice, 30, seen,
                 [&] { return CallOfWrit(dice); })) {
      FAIL() << "WRIT_SEED=" << Seed();
    }
  }
}

}  // namespace
}  // namespace writ

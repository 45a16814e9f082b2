// No decision allocates once the first ones have: from a line to its judgement, allowed or denied.
#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/counters_memory.h"
#include "proxy/judge.h"
#include "proxy/message.h"

namespace {

// Where this thread's allocations are counted; null where nobody counts.
thread_local size_t* allocations = nullptr;

void* Counted(size_t size) {
  if (allocations != nullptr) ++*allocations;
  if (void* room = std::malloc(size > 0 ? size : 1)) return room;
  std::abort();
}

}  // namespace

void* operator new(size_t size) {
  return Counted(size);
}
void* operator new[](size_t size) {
  return Counted(size);
}
void* operator new(size_t size, const std::nothrow_t&) noexcept {
  return Counted(size);
}
void* operator new[](size_t size, const std::nothrow_t&) noexcept {
  return Counted(size);
}
void operator delete(void* room) noexcept {
  std::free(room);
}
void operator delete[](void* room) noexcept {
  std::free(room);
}
void operator delete(void* room, const std::nothrow_t&) noexcept {
  std::free(room);
}
void operator delete[](void* room, const std::nothrow_t&) noexcept {
  std::free(room);
}
void operator delete(void* room, size_t) noexcept {
  std::free(room);
}
void operator delete[](void* room, size_t) noexcept {
  std::free(room);
}

namespace writ {
namespace {

// So many calls of "count" pass; the later ones are denied.
constexpr int64_t kCountedCalls = 250;

// Hides "wipe", denies what it does not list, counts calls of "count" up to a limit, and lets
// "transfer" pass where args.to is one of two names, args.amount at most 1000, and the list
// args.tags contains "checked".
std::shared_ptr<const VerifiedProgram> MakeProgram() {
  static const Value kReceivers[] = {Value::String("ada"), Value::String("grace")};
  static const List kReceiverList{2, kReceivers};
  Program program;
  program.constants = {Value::Of(&kReceiverList), Value::Int(1000), Value::String("checked")};
  program.slot_names = {"args.to", "args.amount", "args.tags"};
  program.rules.resize(3);
  for (size_t i = 0; i < 3; ++i) {
    program.rules[i].name = "rule " + std::to_string(i);
    program.rules[i].check_message = "a message that is too long to be kept within a string object";
  }

  const auto block = [&program](std::vector<Instruction> code, std::vector<uint32_t> operands) {
    Block made;
    made.kind = BlockKind::kDecision;
    made.first_instruction = static_cast<uint32_t>(program.code.size());
    made.instruction_count = static_cast<uint32_t>(code.size());
    made.first_operand = static_cast<uint32_t>(program.operands.size());
    made.operand_count = static_cast<uint32_t>(operands.size());
    program.code.insert(program.code.end(), code.begin(), code.end());
    program.operands.insert(program.operands.end(), operands.begin(), operands.end());
    program.blocks.push_back(made);
    return static_cast<uint32_t>(program.blocks.size() - 1);
  };
  const uint32_t hidden = block({{Opcode::kDenyHidden}}, {});
  const uint32_t unlisted = block({{Opcode::kDenyDefault}}, {});
  Counter counter;
  counter.space = "/a/path/that/is/too/long/to/be/kept/within/a/string/object.yaml";
  counter.scope = "count";
  counter.name = "calls";
  program.counters.push_back(counter);
  Quota quota;
  quota.limit = kCountedCalls;
  program.quotas.push_back(quota);
  const uint32_t counted = block({{Opcode::kReserve, 0, 0}, {Opcode::kPass}}, {0});
  program.rule_starts = {{4, 0}, {6, 1}, {8, 2}};
  const uint32_t checked = block({{Opcode::kCondIn, 0, 0, 2, 1},
                                  {Opcode::kDeny, 0, 6},
                                  {Opcode::kCondLte, 0, 2, 2, 1},
                                  {Opcode::kDeny, 0, 7},
                                  {Opcode::kCondContains, 0, 4, 2, 1},
                                  {Opcode::kDeny, 0, 8},
                                  {Opcode::kPass}},
                                 // Slots and their constants, then the rules.
                                 {0, 0, 1, 1, 2, 2, 0, 1, 2});

  PathTrieBuilder paths;
  const uint32_t root = paths.NewRoot();
  paths.SetSlot(paths.Child(root, "to"), 0, true);
  paths.SetSlot(paths.Child(root, "amount"), 1, true);
  paths.SetSlot(paths.Child(root, "tags"), 2, true);
  program.paths = paths.Build();
  const auto tool = [&program](uint32_t decided_by, uint32_t reads, uint32_t slots) {
    ToolEntry entry;
    entry.block = decided_by;
    entry.root = reads;
    entry.slot_count = slots;
    program.tools.push_back(entry);
    return static_cast<uint32_t>(program.tools.size() - 1);
  };
  program.other_tools = tool(unlisted, kNoNode, 0);
  program.tool_index["transfer"] = tool(checked, root, 3);
  program.tool_index["wipe"] = tool(hidden, kNoNode, 0);
  program.tool_index["count"] = tool(counted, kNoNode, 0);

  auto verified = Verify(std::move(program));
  if (!verified.has_value()) {
    ADD_FAILURE() << verified.error().text;
    return nullptr;
  }
  return *verified;
}

// Lines with their padding, and the code each is to be decided with.
class Calls {
 public:
  void Add(Code wanted, const std::string& id, const std::string& params) {
    lines_.push_back(R"({"jsonrpc":"2.0","id":)" + id + R"(,"method":"tools/call","params":)" +
                     params + '}');
    sizes_.push_back(lines_.back().size());
    lines_.back() += '\n' + std::string(kScanPadding, '\0');
    wanted_.push_back(wanted);
  }
  void AddTransfer(Code wanted, const std::string& id, const std::string& arguments) {
    Add(wanted, id, R"({"name":"transfer","arguments":)" + arguments + '}');
    Add(wanted, id, R"({"arguments":)" + arguments + R"(,"name":"transfer"})");
  }

  size_t size() const { return lines_.size(); }
  std::string_view line(size_t i) const { return {lines_[i].data(), sizes_[i]}; }
  Code wanted(size_t i) const { return wanted_[i]; }

 private:
  std::vector<std::string> lines_;
  std::vector<size_t> sizes_;
  std::vector<Code> wanted_;
};

Calls MakeCalls() {
  Calls calls;
  for (const std::string id :
       {"7", "-123456789", "\"a\"", "\"0f8fad5b-d9cb-469f-a165-70867728950e\""}) {
    calls.AddTransfer(Code::kAllowed, id, R"({"to":"ada","amount":5,"tags":["checked"]})");
    calls.AddTransfer(Code::kAllowed, id,
                      R"({"note":"\"\u00e9\"","tags":["a",{"b":[]},"checked"],)"
                      R"("amount":12.5,"to":"gr\u0061ce"})");
    calls.AddTransfer(Code::kRule, id, R"({"to":"eve","amount":5,"tags":["checked"]})");
    calls.AddTransfer(Code::kRule, id, R"({"to":"ada","amount":1000.5,"tags":["checked"]})");
    calls.AddTransfer(Code::kRule, id, R"({"to":"ada","amount":5,"tags":[1,null,"\n"]})");
    calls.AddTransfer(Code::kRule, id, "{}");
    calls.AddTransfer(Code::kNumber, id, R"({"to":"ada","amount":12345678901234567891})");
    calls.AddTransfer(Code::kAmbiguous, id,
                      R"({"to":"ada","To":"eve","amount":5,"tags":["checked"]})");
    calls.Add(Code::kHidden, id, R"({"name":"wipe","arguments":{"all":true}})");
    calls.Add(Code::kAllowed, id, R"({"name":"count"})");
    calls.Add(Code::kDefault, id, R"({"name":"a_tool_that_nobody_listed_by_name"})");
  }
  return calls;
}

TEST(Allocation, DecisionsDoNotAllocateInTheSteadyState) {
  const auto program = MakeProgram();
  ASSERT_NE(program, nullptr);
  const Calls calls = MakeCalls();
  Machine machine(program);
  MessageReader reader(machine, kDefaultMaxDepth);
  MemoryCounters counters;
  Judge judge(machine, counters);
  const auto decide = [&](size_t i) {
    const ClientMessage& message = reader.Read(calls.line(i));
    if (message.kind != MessageKind::kRequest) return Code::kState;
    return judge.Decide(message.tool, 0).decision.code;
  };

  for (size_t i = 0; i < calls.size(); ++i) {
    EXPECT_EQ(CodeName(decide(i)), CodeName(calls.wanted(i))) << calls.line(i);
  }
  for (size_t i = 0; i < calls.size(); ++i) {
    size_t counted = 0;
    allocations = &counted;
    for (int repetition = 0; repetition < 100; ++repetition) decide(i);
    allocations = nullptr;
    EXPECT_EQ(counted, 0u) << calls.line(i);
  }
}

TEST(Allocation, IsCounted) {
  size_t counted = 0;
  allocations = &counted;
  const std::string text(100, 'x');
  allocations = nullptr;
  EXPECT_EQ(counted, 1u) << text;
}

}  // namespace
}  // namespace writ

// From programs to sections and back: what was written is read as it was, and nothing else is read.
#include "vm/bundle/contents.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "vm/bundle/pool.h"
#include "vm/bundle/written_program.h"
#include "vm/call.h"
#include "vm/disasm.h"
#include "vm/verify.h"

namespace writ::bundle {
namespace {

using namespace std::string_view_literals;

std::vector<Section> Encoded(const WrittenProgram& written, bool with_debug_data = true) {
  auto sections = EncodeSections(written.program, written.extras, with_debug_data);
  if (!sections.has_value()) throw std::invalid_argument(sections.error());
  return std::move(*sections);
}

const Section* Find(const std::vector<Section>& sections, SectionId id) {
  for (const Section& section : sections) {
    if (section.id == id) return &section;
  }
  return nullptr;
}

Section& At(std::vector<Section>& sections, SectionId id) {
  for (Section& section : sections) {
    if (section.id == id) return section;
  }
  throw std::out_of_range(SectionName(id));
}

TEST(Contents, EverySectionHasRows) {
  const std::vector<Section> sections = Encoded(WriteByHand());
  for (const SectionId id : kSections) {
    // Bytes and variables are for other programs.
    const bool is_there = id != SectionId::kBytes && id != SectionId::kVariable;
    EXPECT_EQ(Find(sections, id) != nullptr, is_there) << SectionName(id);
  }
  EXPECT_TRUE(std::is_sorted(sections.begin(), sections.end(),
                             [](const auto& a, const auto& b) { return a.id < b.id; }));
}

TEST(Contents, AreReadAsTheyWereWritten) {
  WrittenProgram written = WriteByHand();
  const std::vector<Section> sections = Encoded(written);
  const auto views = ViewsOf(sections);
  auto decoded = DecodeSections(Kind::kPolicies, views);
  ASSERT_TRUE(decoded.has_value()) << decoded.error();
  EXPECT_EQ(decoded->extras, written.extras);
  EXPECT_EQ(decoded->program.files, written.program.files);
  EXPECT_EQ(decoded->program.file_hashes, written.program.file_hashes);
  auto trie = TrieOf(decoded->extras.paths);
  ASSERT_TRUE(trie.has_value()) << trie.error();
  decoded->program.paths = std::move(*trie);
  EXPECT_EQ(Disassemble(decoded->program), Disassemble(written.program));
  EXPECT_EQ(decoded->program.texts, written.program.texts);
  EXPECT_EQ(decoded->program.labels, written.program.labels);
  EXPECT_EQ(decoded->program.hidden_globs, written.program.hidden_globs);
  EXPECT_EQ(decoded->program.rules[0].message[0].text, "at most ");
  EXPECT_EQ(decoded->program.rules[0].check_message, written.program.rules[0].check_message);
  EXPECT_EQ(decoded->program.rules[1].quota_message, "nor this");
  EXPECT_EQ(decoded->program.rules[1].at.line, 5u);
  EXPECT_EQ(decoded->program.counters[0].window, written.program.counters[0].window);
  EXPECT_EQ(decoded->program.quotas[0].limit, -1);
  EXPECT_EQ(Encoded({std::move(decoded->program), decoded->extras}), sections);
}

TEST(Contents, RunAsTheyDidBefore) {
  WrittenProgram written = WriteByHand();
  const std::vector<Section> sections = Encoded(written, false);
  auto decoded = DecodeSections(Kind::kPolicies, ViewsOf(sections));
  ASSERT_TRUE(decoded.has_value()) << decoded.error();
  decoded->program.slot_names.resize(decoded->extras.slot_count);
  decoded->program.paths = std::move(*TrieOf(decoded->extras.paths));
  Call before(std::move(written.program));
  Call after(std::move(decoded->program));
  for (const char* const arguments :
       {R"({})", R"({"amount":1,"path":{"to":true}})", R"({"amount":1,"path":{"to":"/srv/x"}})",
        R"({"amount":"usd","path":"a"})", R"({"AMOUNT":1})", R"({"path":{"TO":1}})"}) {
    for (const char* const tool : {"create_charge", "other"}) {
      const Decision a = before.Decide(arguments, tool);
      const Decision b = after.Decide(arguments, tool);
      EXPECT_EQ(a.verdict, b.verdict) << arguments;
      EXPECT_EQ(a.code, b.code) << arguments;
      EXPECT_EQ(a.rule, b.rule) << arguments;
      EXPECT_EQ(a.instruction, b.instruction) << arguments;
      EXPECT_EQ(a.reservation_count, b.reservation_count) << arguments;
      EXPECT_EQ(a.shadow_count, b.shadow_count) << arguments;
    }
  }
}

TEST(Contents, DebugDataChangesNoOtherByte) {
  const WrittenProgram written = WriteByHand();
  std::vector<Section> sections = Encoded(written);
  std::erase_if(sections, [](const Section& section) { return IsDebugData(section.id); });
  EXPECT_EQ(sections, Encoded(written, false));
}

TEST(Contents, OfAnExpressionNameItsVariables) {
  WrittenProgram written;
  written.program = Assemble("value 1\n LoadSlot r0 args.x\n Return r0");
  written.program.shared_slots = 1;
  written.program.tools[0].first_slot = 1;
  written.program.tools[0].slot_count = 0;
  written.extras.kind = Kind::kExpression;
  written.extras.expression_block = 0;
  written.extras.slot_count = 1;
  written.extras.paths = RowsOf(written.program.paths);
  written.extras.variables = {{"args", 0}};
  const std::vector<Section> sections = Encoded(written, false);
  const auto decoded = DecodeSections(Kind::kExpression, ViewsOf(sections));
  ASSERT_TRUE(decoded.has_value()) << decoded.error();
  EXPECT_EQ(decoded->extras, written.extras);
  EXPECT_EQ(DecodeSections(Kind::kPolicies, ViewsOf(sections)).error(),
            "section program: it goes on behind its last row");
}

// ---- Programs that are in no bundle.

TEST(Contents, AreNotWrittenWhereTheyCouldNotBeRead) {
  const struct {
    const char* fault;
    std::function<void(WrittenProgram&)> spoil;
  } kCases[] = {
      {"section block: blocks do not follow one another",
       [](auto& w) { ++w.program.blocks[1].first_instruction; }},
      {"section block: blocks have more code or operands than there are",
       [](auto& w) { w.program.operands.pop_back(); }},
      {"section block: code or operands are no block's",
       [](auto& w) { w.program.operands.push_back(0); }},
      {"section code: unknown opcode",
       [](auto& w) { w.program.code[0].op = static_cast<Opcode>(kOpcodeCount); }},
      {"section code: an unused operand is not zero", [](auto& w) { w.program.code.back().a = 1; }},
      {"section rule_start: it names a row of rule that is not there",
       [](auto& w) { w.program.rule_starts[0].rule = 3; }},
      {"section rule_start: a number is out of bounds",
       [](auto& w) { w.program.rule_starts[0].instruction = 1000; }},
      {"section recovery: a number is out of bounds",
       [](auto& w) { w.program.recoveries[0].handler = w.program.recoveries[0].last; }},
      {"section counter: a counter is no policy's",
       [](auto& w) { w.extras.counter_policies.clear(); }},
      {"section counter: it names a row of policy that is not there",
       [](auto& w) { w.extras.counter_policies = {1}; }},
      {"section counter: a number is out of bounds",
       [](auto& w) { w.program.counters[0].window.seconds = -1; }},
      {"section quota: a number is out of bounds",
       [](auto& w) { w.program.quotas[0].amount = -1; }},
      {"section quota: a value is out of bounds", [](auto& w) { w.program.quotas[0].scale = 19; }},
      {"section quota: it names a slot that is not there",
       [](auto& w) { w.program.quotas[0].amount_slot = 100; }},
      {"section path: an edge of the paths leads back",
       [](auto& w) { w.extras.paths[2].edges[0].child = 2; }},
      {"section path: an edge of the paths leads to no node",
       [](auto& w) { w.extras.paths[2].edges[0].child = 100; }},
      {"section path: two edges of the paths lead to one node",
       [](auto& w) { w.extras.paths[0].edges[0].child = 3; }},
      {"section watch: its root hangs from a node", [](auto& w) { w.program.watches[0].root = 1; }},
      {"section tool: its root hangs from a node", [](auto& w) { w.program.tools[0].root = 3; }},
      {"section watch: its rows do not rise",
       [](auto& w) { w.program.watches.push_back(w.program.watches[0]); }},
      {"section label: its texts do not rise",
       [](auto& w) {
         w.program.labels = {"team", "env"};
       }},
      {"section hidden_glob: its texts do not rise",
       [](auto& w) {
         w.program.hidden_globs = {"a", "a"};
       }},
      {"section tool: slots of tools do not follow one another",
       [](auto& w) { w.program.tools[1].first_slot = 3; }},
      {"section tool: the slots of tools are not all there are",
       [](auto& w) { w.program.tools[1].slot_count = 0; }},
      {"section program: it names a row of tool that is not there",
       [](auto& w) { w.program.other_tools = 2; }},
      {"section constant: a constant has no value, or that of a call",
       [](auto& w) { w.program.constants[0] = Value(); }},
      {"section debug_text: a text is not UTF-8", [](auto& w) { w.program.texts[0] = "\xFF"; }},
      {"section text: a text is not UTF-8", [](auto& w) { w.program.rules[0].name = "\xFF"; }},
      {"section slot_name: there is not one row for each slot",
       [](auto& w) { w.program.slot_names.pop_back(); }},
      {"section position: there is not one row for each instruction",
       [](auto& w) { w.program.positions.clear(); }},
      {"there is no debug data", [](auto& w) { w.program.file_hashes.clear(); }},
  };
  for (const auto& c : kCases) {
    WrittenProgram written = WriteByHand();
    c.spoil(written);
    const auto sections = EncodeSections(written.program, written.extras, true);
    ASSERT_FALSE(sections.has_value()) << c.fault;
    EXPECT_EQ(sections.error(), c.fault);
  }
}

// ---- Bytes that are no program's.

std::string FaultOf(const std::vector<Section>& sections) {
  const auto decoded = DecodeSections(Kind::kPolicies, ViewsOf(sections));
  return decoded.has_value() ? "" : decoded.error();
}

// Of a text of the section.
char IdOf(std::vector<Section>& sections, std::string_view text) {
  const Section& section = At(sections, SectionId::kText);
  Pool pool = *Pool::Read({section.id, section.rows, section.bytes});
  for (uint32_t id = 0; id < pool.size(); ++id) {
    if (pool.Use(id) == text) return static_cast<char>(id);
  }
  throw std::out_of_range(std::string(text));
}

TEST(Contents, AreRefusedInAnyOtherForm) {
  using Sections = std::vector<Section>;
  const auto without = [](Sections& sections, SectionId id) {
    std::erase_if(sections, [id](const Section& section) { return section.id == id; });
  };
  const struct {
    const char* fault;
    std::function<void(Sections&)> spoil;
  } kCases[] = {
      {"section text: one of its texts is named by nothing",
       [](Sections& s) {
         At(s, SectionId::kText).rows += 1;
         At(s, SectionId::kText).bytes += "\4zzzz";
       }},
      {"section debug_text: one of its texts is named by nothing",
       [](Sections& s) {
         At(s, SectionId::kDebugText).rows += 1;
         At(s, SectionId::kDebugText).bytes += "\4zzzz";
       }},
      {"section code: it goes on behind its last row",
       [](Sections& s) { At(s, SectionId::kCode).bytes += '\0'; }},
      {"section code: it ends in the middle of a row",
       [](Sections& s) { At(s, SectionId::kCode).bytes.pop_back(); }},
      {"section code: unknown opcode",
       [](Sections& s) { At(s, SectionId::kCode).bytes[0] = '\xFF'; }},
      {"section block: code or operands are no block's",
       [](Sections& s) { At(s, SectionId::kCode).rows += 1; }},
      {"section rule: a message is written that is the usual one",
       [](Sections& s) {
         // Name, flags, parts: now with a check message of its own.
         std::string& rule = At(s, SectionId::kRule).bytes;
         rule[1] = '\2';
         rule.insert(2, 1, IdOf(s, "Denied by rule \"small\""));
       }},
      {"section rule: a message is written that is the usual one",
       [](Sections& s) {
         std::string& rule = At(s, SectionId::kRule).bytes;
         rule[1] = '\4';
         rule.insert(2, 1, IdOf(s, "Denied by rule \"small\""));
       }},
      {"section rule_position: there is not one row for each rule",
       [](Sections& s) { At(s, SectionId::kRulePosition).rows = 1; }},
      {"section rule_position: there is not one row for each rule",
       [&](Sections& s) { without(s, SectionId::kRulePosition); }},
      {"section position: there is not one row for each instruction",
       [&](Sections& s) { without(s, SectionId::kPosition); }},
      {"section slot_name: there is not one row for each slot",
       [&](Sections& s) { without(s, SectionId::kSlotName); }},
      {"section program: an unknown flag is set",
       [](Sections& s) { At(s, SectionId::kProgram).bytes.back() = '\4'; }},
      {"section program: it has not one row",
       [](Sections& s) { At(s, SectionId::kProgram).rows = 0; }},
  };
  for (const auto& c : kCases) {
    WrittenProgram written = WriteByHand();
    written.program.rules[1].quota_message = "Denied by rule \"small\"";
    Sections sections = Encoded(written);
    ASSERT_EQ(FaultOf(sections), "");
    c.spoil(sections);
    EXPECT_EQ(FaultOf(sections), c.fault);
  }
}

// Whatever the bytes are: they are refused, or are what is written for what was read.
void ExpectOneForm(const std::vector<Section>& sections, const std::string& what) {
  auto decoded = DecodeSections(Kind::kPolicies, ViewsOf(sections));
  if (!decoded.has_value()) {
    EXPECT_TRUE(decoded.error().starts_with("section ")) << what << decoded.error();
    return;
  }
  const bool with_debug_data = !decoded->program.file_hashes.empty();
  const auto again = EncodeSections(decoded->program, decoded->extras, with_debug_data);
  ASSERT_TRUE(again.has_value()) << what << again.error();
  EXPECT_EQ(*again, sections) << what;
}

TEST(Contents, EveryBitCounts) {
  std::vector<Section> sections = Encoded(WriteByHand());
  for (Section& section : sections) {
    for (size_t i = 0; i < section.bytes.size(); ++i) {
      for (int bit = 0; bit < 8; ++bit) {
        const char was = section.bytes[i];
        section.bytes[i] = static_cast<char>(was ^ (1 << bit));
        ExpectOneForm(sections,
                      fmt::format("{} byte {} bit {}: ", SectionName(section.id), i, bit));
        section.bytes[i] = was;
      }
    }
  }
}

TEST(Contents, SectionsAreWhole) {
  const std::vector<Section> whole = Encoded(WriteByHand());
  for (size_t i = 0; i < whole.size(); ++i) {
    for (size_t size = 0; size < whole[i].bytes.size(); ++size) {
      std::vector<Section> sections = whole;
      sections[i].bytes.resize(size);
      EXPECT_NE(FaultOf(sections), "") << SectionName(whole[i].id) << " " << size;
    }
    std::vector<Section> sections = whole;
    sections.erase(sections.begin() + static_cast<std::ptrdiff_t>(i));
    ExpectOneForm(sections, fmt::format("without {}: ", SectionName(whole[i].id)));
  }
}

TEST(Contents, RowsAreCounted) {
  const std::vector<Section> whole = Encoded(WriteByHand());
  for (size_t i = 0; i < whole.size(); ++i) {
    for (const uint32_t rows : {0u, whole[i].rows - 1, whole[i].rows + 1}) {
      std::vector<Section> sections = whole;
      sections[i].rows = rows;
      ExpectOneForm(sections, fmt::format("{} rows of {}: ", rows, SectionName(whole[i].id)));
    }
  }
}

TEST(Contents, NothingIsNoProgram) {
  EXPECT_EQ(FaultOf({}), "section program: it ends in the middle of a row");
}

}  // namespace
}  // namespace writ::bundle

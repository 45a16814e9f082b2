// What rows may ask a reader for.
#include "vm/bundle/row_io.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "vm/bundle/rows.h"

namespace writ::bundle {
namespace {

// Rules that all have one name.
struct Rules {
  Section text;
  std::string rows;
  std::string fault;
};

Rules WriteRules(const std::string& name, size_t count) {
  Rule rule;
  rule.name = name;
  rule.check_message = "Denied by rule " + JsonQuote(name);
  rule.quota_message = rule.check_message;
  PoolBuilder texts;
  PoolBuilder bytes;
  TextCollector collector(texts, bytes);
  uint64_t parts = 0;
  for (size_t i = 0; i < count; ++i) RuleRow(collector, rule, parts);
  texts.Number();
  Rules written;
  RowWriter writer(texts, bytes, Named(), written.rows);
  for (size_t i = 0; i < count; ++i) RuleRow(writer, rule, parts);
  auto section = texts.Write(SectionId::kText);
  if (section.has_value()) {
    written.text = std::move(*section);
  } else {
    written.fault = section.error();
  }
  return written;
}

// How many are read, or why not.
std::string ReadRules(const Section& text, std::string_view rows, size_t count) {
  Pool texts = *Pool::Read({text.id, text.rows, text.bytes});
  Pool bytes;
  const Named named;
  RowReader reader(texts, bytes, named, rows);
  uint64_t parts = 0;
  for (size_t i = 0; i < count; ++i) {
    Rule rule;
    RuleRow(reader, rule, parts);
    if (!reader.ok()) return std::to_string(i) + ": " + reader.fault();
  }
  return {};
}

// The name and two messages that are made of it.
constexpr size_t kCopies = 3;

TEST(RowIo, RowsMayNameOneText) {
  const Rules rules = WriteRules("small", 1000);
  EXPECT_EQ(rules.fault, "");
  EXPECT_EQ(ReadRules(rules.text, rules.rows, 1000), "");
}

TEST(RowIo, ASmallFileMakesNoEndOfCopies) {
  const std::string name(size_t{1} << 20, 'x');
  constexpr size_t kMost = kMaxNamedBytes / (kCopies << 20);
  EXPECT_EQ(WriteRules(name, kMost - 1).fault, "");
  EXPECT_EQ(WriteRules(name, kMost + 1).fault, "texts are named too often");
  const Rules one = WriteRules(name, 1);
  std::string rows;
  for (size_t i = 0; i < 10 * kMost; ++i) rows += one.rows;
  EXPECT_EQ(ReadRules(one.text, rows, 10 * kMost),
            std::to_string(kMost) + ": texts are named too often");
}

// What is escaped in a message is longer than what it is made of.
TEST(RowIo, MessagesThatAreMadeUpCountAsTheyAre) {
  const std::string name(size_t{1} << 20, '\1');
  const Rules one = WriteRules(name, 1);
  std::string rows;
  constexpr size_t kMost = kMaxNamedBytes / (13u << 20);
  for (size_t i = 0; i < 100; ++i) rows += one.rows;
  EXPECT_EQ(ReadRules(one.text, rows, 100), std::to_string(kMost) + ": texts are named too often");
}

}  // namespace
}  // namespace writ::bundle

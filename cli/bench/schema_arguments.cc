// From schemas to arguments.
// Tested by tests/cli/bench_calls_test.cc.
#include "cli/bench/schema_arguments.h"

#include <algorithm>
#include <utility>

namespace writ {
namespace {

// A schema may hold itself.
constexpr uint32_t kMaxDepth = 4;

struct Sample {
  std::string_view format;
  std::string_view text;
};
// Of the formats that JSON Schema names.
constexpr Sample kSamples[] = {
    {"date-time", "2026-03-02T09:30:00Z"},
    {"date", "2026-03-02"},
    {"time", "09:30:00Z"},
    {"duration", "PT15M"},
    {"email", "ann@example.com"},
    {"hostname", "example.com"},
    {"ipv4", "203.0.113.7"},
    {"ipv6", "2001:db8::7"},
    {"uri", "https://example.com/a?b=c"},
    {"uuid", "9f1c5c2e-3f0e-4a77-9d4b-0a4d6b1c2d3e"},
};

class SchemaWalk {
 public:
  SchemaWalk(const ToolSchemas& schemas, ArgumentTree& tree) : schemas_(schemas), tree_(tree) {}

  void Add(const std::vector<SchemaId>& schemas, ArgumentId argument, uint32_t depth) {
    if (argument == kNoArgument) return;
    const JsonKinds kinds = schemas_.KindsOf(schemas);
    // What allows everything says nothing of what to send.
    if (kinds != kAnyKind) tree_.AddKinds(argument, kinds);
    std::vector<Value> values;
    if (schemas_.Limits(schemas, kinds, values)) {
      for (const Value& value : values) AddValue(argument, value);
    }
    const std::string_view format = schemas_.Format(schemas);
    for (const Sample& sample : kSamples) {
      if (sample.format == format) tree_.AddText(argument, sample.text);
    }
    if (depth == kMaxDepth) return;
    if ((kinds & kObjectKind) != 0) {
      for (const std::string_view name : schemas_.Names(schemas)) {
        Add(schemas_.Member(schemas, name).schemas, tree_.Member(argument, name), depth + 1);
      }
    }
    if (kinds != kAnyKind && (kinds & kListKind) != 0) {
      Add(schemas_.Elements(schemas), tree_.Element(argument), depth + 1);
    }
  }

 private:
  // As it is: what is beside an enum's value is none of it.
  void AddValue(ArgumentId argument, const Value& value) {
    if (value.is(Tag::kString)) {
      tree_.AddText(argument, value.view());
    } else {
      tree_.AddAround(argument, value);
    }
  }

  const ToolSchemas& schemas_;
  ArgumentTree& tree_;
};

}  // namespace

void AddSchemaArguments(const ToolSchemas& schemas, const ServerTools::Tool& tool,
                        ArgumentTree& tree) {
  SchemaWalk(schemas, tree).Add(tool.schemas, kAllArguments, 0);
}

}  // namespace writ

// Learning from calls.
// Tested by tests/cli/learn_test.cc and tests/cli/learn.py.
#include "cli/learn/learned.h"

#include <algorithm>

#include "vm/machine.h"

namespace writ {
namespace {

// Of a list of names and globs: "*" stands for any characters, and a blank name for nothing.
bool CanBeNamed(std::string_view tool) {
  return tool.size() <= Learner::kMostNameBytes && tool.find('*') == std::string_view::npos &&
         tool.find_first_not_of(" \t\r\n") != std::string_view::npos;
}

}  // namespace

bool Learner::IsLearned(const RecordedCall& call) {
  return !call.verdict || call.verdict->verdict == VerdictName(Verdict::kAllow);
}

void Learner::Add(const RecordedCall& call) {
  if (!IsLearned(call)) {
    ++learned_.denied;
    return;
  }
  if (!CanBeNamed(call.tool)) {
    ++learned_.unnamed;
    return;
  }
  auto found = learned_.tools.find(std::string(call.tool));
  if (found == learned_.tools.end()) {
    if (learned_.tools.size() >= kMostTools) {
      ++learned_.too_many;
      return;
    }
    found = learned_.tools.try_emplace(std::string(call.tool)).first;
  }
  LearnedTool& tool = found->second;
  ++learned_.calls;
  ++tool.calls;
  tool.rates.Add(call);
  const size_t names_before = tool.arguments.members.size();
  const std::string_view none = "{}";
  observer_.Add(Value::Text(Tag::kMapSpan, call.arguments.empty() ? none : call.arguments),
                tool.arguments);
  KeepSample(call, names_before, tool);
}

void Learner::KeepSample(const RecordedCall& call, size_t names_before, LearnedTool& tool) {
  if (tool.samples.size() >= kMostSamples || call.arguments.size() > kMostSampleBytes) return;
  const bool is_new = tool.samples.empty() || tool.arguments.members.size() > names_before ||
                      tool.calls % 7 == 0;  // now and then one that is like the others
  if (!is_new) return;
  std::string sample(call.arguments.empty() ? "{}" : call.arguments);
  if (std::find(tool.samples.begin(), tool.samples.end(), sample) == tool.samples.end()) {
    tool.samples.push_back(std::move(sample));
  }
}

}  // namespace writ

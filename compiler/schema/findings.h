// What is wrong with a policy for some tools, put together: an error where it is so for every tool
// that it was asked for, a warning where others have it otherwise.
//
// Tested by tests/policies/schemas.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "compiler/diagnostic.h"
#include "compiler/load/expression_source.h"
#include "compiler/schema/server_tools.h"

namespace writ {

// A place in the policy.
struct Spot {
  const ExpressionSource* expression = nullptr;  // `at` is a byte of its text
  uint32_t at = 0;
  uint32_t length = 1;
  Position position;  // without an expression
  friend auto operator<=>(const Spot&, const Spot&) = default;
};

// "create_charge (tools.json)", "a, b and 3 others (the server)".
std::string ToolsText(const std::vector<const ServerTools::Tool*>& tools);

class Findings {
 public:
  enum class Weight : uint8_t {
    kByCount,    // an error if all tools have it
    kOnlyByAll,  // likewise, and else nothing at all
    kWarning,
    kWarningByAll,  // a warning if all tools have it, and else nothing
  };
  struct Finding {
    DiagnosticCode code = DiagnosticCode::kUnknownArgument;
    Weight weight = Weight::kByCount;
    // The message, with the tools between the two.
    std::string before;
    std::string behind;
    std::string behind_of_some;  // instead, where other tools have it otherwise
    std::string hint;
    std::string hint_of_some;
  };

  Findings(std::shared_ptr<const Source> source, Diagnostics& diagnostics)
      : source_(std::move(source)), diagnostics_(diagnostics) {}

  // One more tool was looked at.
  void Ask(const Spot& spot, DiagnosticCode code) { ++asked_[{spot, code}].tools; }
  // And this is wrong with it.
  void Add(const Spot& spot, const ServerTools::Tool& tool, Finding finding);

  void Say(const Spot& spot, Severity severity, DiagnosticCode code, std::string message,
           std::string hint);

  // Says all of it.
  void Finish();

 private:
  struct Count {
    size_t tools = 0;
    size_t faults = 0;
  };
  struct Entry {
    Finding finding;
    std::vector<const ServerTools::Tool*> tools;
  };

  std::shared_ptr<const Source> source_;
  Diagnostics& diagnostics_;
  std::map<std::pair<Spot, DiagnosticCode>, Count> asked_;
  std::map<std::tuple<Spot, DiagnosticCode, std::string, std::string>, Entry> entries_;
};

}  // namespace writ

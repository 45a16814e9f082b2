// A test suite: policies' expected decisions, case by case, in YAML.
//
// The format is described in docs/testing.md. A suite is read whole, with every fault at its line
// and column, before any case runs.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/tested_policy.h"
#include "compiler/diagnostic.h"
#include "compiler/yaml/yaml.h"
#include "proxy/facts.h"
#include "vm/machine.h"

namespace writ {

enum class Upstream : uint8_t { kOk, kError, kCancelled, kDied };

struct Step {
  enum class Kind : uint8_t { kCall, kAdvance, kList } kind = Kind::kCall;
  const yaml::Node* node = nullptr;
  // kCall
  std::string tool;
  const yaml::Node* args = nullptr;
  int64_t repeat = 1;
  Verdict expect = Verdict::kAllow;
  const yaml::Node* expect_node = nullptr;
  std::optional<std::string> rule;
  std::optional<std::string> message;
  Upstream upstream = Upstream::kOk;
  // kAdvance: seconds
  int64_t advance = 0;
  // kList
  std::vector<std::string> listed;
  std::vector<std::string> visible;
};

struct Case {
  std::string name;
  Position at;
  std::vector<Step> steps;
};

struct Suite {
  std::shared_ptr<const Source> source;
  std::shared_ptr<yaml::Document> document;
  std::shared_ptr<TestedPolicy> policy;
  std::shared_ptr<const VerifiedProgram> program;  // the policy's
  int64_t now = 0;                                 // seconds since 1970-01-01T00:00Z
  Facts::Labels labels;
  // What client and server call themselves.
  std::optional<std::string> client_name;
  std::optional<std::string> client_version;
  std::optional<std::string> server_name;
  std::vector<Case> cases;
};

// nullopt if there was any error in the suite or its policy. `labels` come before the suite's own.
std::optional<Suite> LoadSuite(const std::string& path, const Facts::Labels& labels,
                               TestedPolicies& policies, Diagnostics& diagnostics);

}  // namespace writ

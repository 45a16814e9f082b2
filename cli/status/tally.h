// What audit records come to: the instances of writ that wrote them, and counts of what they
// decided. Records may come in any order, for the files of one session need not be read in theirs.
//
// Memory is bounded: what is over a bound is counted in all sums, and not by itself.
//
// Tested by tests/cli/status_tally_test.cc.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "cli/status/record.h"
#include "proxy/writer_lock.h"

namespace writ {

inline constexpr size_t kMaxInstances = 1000;
inline constexpr size_t kMaxCountedRules = 1000;
inline constexpr size_t kMaxRecentDenials = 50;

// Numbers of the window that is looked at.
struct Counted {
  uint64_t calls = 0;     // that were decided
  uint64_t denied = 0;    // of them
  uint64_t errors = 0;    // likewise: denied, since they could not be decided
  uint64_t refusals = 0;  // messages
  // Without a record, for none could be written.
  uint64_t unrecorded_denied = 0;
  uint64_t unrecorded_passed = 0;

  uint64_t unrecorded() const;
};

// One session of writ.
struct Instance {
  enum class State : uint8_t {
    kRunning,
    kEnded,    // says its last record
    kKilled,   // it writes no more, and did not say so: killed, crashed, or the machine was
    kUnknown,  // no last record, and its file system cannot tell who writes
  };

  std::string session;
  Writer writer = Writer::kGone;  // of its last file
  bool said_stop = false;
  std::optional<uint64_t> status;  // said then

  uint64_t pid = 0;
  std::string writ;
  std::string command;
  std::vector<std::string> policies;
  std::string client;
  std::string server;
  std::string started;  // empty: before all that was read
  std::string last;     // time of its latest record
  Counted counted;

  State state() const;
};

struct RuleCount {
  uint64_t denied = 0;
  uint64_t errors = 0;
  std::string last;  // time
  uint64_t count() const { return denied + errors; }
};
// By name and code.
using RuleCounts = std::map<std::pair<std::string, std::string>, RuleCount>;

struct Denial {
  std::string time;
  std::string session;
  uint64_t seq = 0;
  std::string client;
  std::string tool;
  std::string verdict;
  std::string code;
  std::string rule;

  friend bool operator<(const Denial& a, const Denial& b) {
    return std::tie(a.time, a.session, a.seq) < std::tie(b.time, b.session, b.seq);
  }
};

class Tally {
 public:
  // What happened before `since` (as records have times) tells of instances, and is not counted.
  explicit Tally(std::string since) : since_(std::move(since)) {}

  const std::string& since() const { return since_; }
  void Add(const StatusRecord& record);
  void AddBroken() { ++broken_; }
  // The same instance may be told of several times: it lives if one of its files has a writer.
  void ForgetWriters();
  void SetWriter(const std::string& session, Writer writer);

  // That ran in the window, or run: these first, then the latest.
  std::vector<const Instance*> Instances() const;
  uint64_t more_instances() const;
  const Counted& total() const { return total_; }
  const RuleCounts& rules() const { return rules_; }
  const RuleCounts& shadows() const { return shadows_; }   // their code is empty
  uint64_t more_shadows() const { return more_shadows_; }  // verdicts whose rules are not recorded
  bool has_more_rules() const { return more_rules_; }
  const std::set<Denial>& denials() const { return denials_; }  // the latest last
  uint64_t broken() const { return broken_; }                   // lines that are no records

 private:
  Instance& Find(const StatusRecord& record);
  void Prune();
  bool IsOfInterest(const Instance& instance) const;
  std::vector<const Instance*> Sorted() const;
  void Count(const StatusRecord& record, Counted& counted) const;
  void AddDecision(const StatusRecord& record);
  void CountRule(RuleCounts& counts, const std::string& rule, const std::string& code,
                 std::string_view verdict, std::string_view time);

  std::string since_;
  std::map<std::string, Instance, std::less<>> instances_;
  uint64_t pruned_ = 0;
  Counted total_;
  RuleCounts rules_;
  RuleCounts shadows_;
  uint64_t more_shadows_ = 0;
  bool more_rules_ = false;
  std::set<Denial> denials_;
  uint64_t broken_ = 0;
};

// The counts, the largest first; no more than `most`.
std::vector<const RuleCounts::value_type*> Top(const RuleCounts& counts, size_t most);

}  // namespace writ

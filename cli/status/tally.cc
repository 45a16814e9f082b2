// Summing up audit records.
// Tested by tests/cli/status_tally_test.cc.
#include "cli/status/tally.h"

#include <algorithm>

namespace writ {
namespace {

void AddTo(uint64_t& sum, uint64_t more) {
  if (__builtin_add_overflow(sum, more, &sum)) sum = UINT64_MAX;
}

bool IsDenied(std::string_view verdict) {
  return verdict == "deny" || verdict == "error";
}

void KeepLatest(std::string& last, std::string_view time) {
  if (time > last) last = time;
}

}  // namespace

uint64_t Counted::unrecorded() const {
  uint64_t sum = unrecorded_denied;
  AddTo(sum, unrecorded_passed);
  return sum;
}

Instance::State Instance::state() const {
  if (said_stop) return State::kEnded;
  switch (writer) {
    case Writer::kAlive: return State::kRunning;
    case Writer::kUnknown: return State::kUnknown;
    case Writer::kGone: break;
  }
  return State::kKilled;
}

Instance& Tally::Find(const StatusRecord& record) {
  const auto found = instances_.find(record.session);
  if (found != instances_.end()) return found->second;
  if (instances_.size() >= 2 * kMaxInstances) Prune();
  Instance& made = instances_[std::string(record.session)];
  made.session = record.session;
  return made;
}

// Half of them, for it is not to be done for each that comes.
void Tally::Prune() {
  const std::vector<const Instance*> sorted = Sorted();
  for (size_t i = kMaxInstances; i < sorted.size(); ++i) {
    if (IsOfInterest(*sorted[i])) ++pruned_;
    instances_.erase(instances_.find(sorted[i]->session));
  }
}

void Tally::Add(const StatusRecord& record) {
  const bool is_counted = record.time >= since_;
  if (is_counted) Count(record, total_);
  if (is_counted && record.kind == "decision") AddDecision(record);
  Instance& instance = Find(record);
  if (is_counted) Count(record, instance.counted);
  if (record.kind == "start") {
    instance.pid = record.pid;
    instance.writ = record.writ;
    instance.command = record.command;
    instance.policies = record.policies;
    if (record.seq == 0) instance.started = record.time;
  } else if (record.kind == "stop" && record.why == "ended") {
    instance.said_stop = true;
    instance.status = record.status;
  } else if (record.kind == "decision" && record.time >= instance.last) {
    // The latest is what they call themselves now.
    if (!record.client.empty()) instance.client = record.client;
    if (!record.server.empty()) instance.server = record.server;
  }
  KeepLatest(instance.last, record.time);
}

void Tally::Count(const StatusRecord& record, Counted& counted) const {
  if (record.kind == "decision") {
    AddTo(counted.calls, 1);
    AddTo(counted.denied, record.verdict == "deny" ? 1 : 0);
    AddTo(counted.errors, record.verdict == "error" ? 1 : 0);
  } else if (record.kind == "refusal") {
    AddTo(counted.refusals, record.count > 0 ? record.count : 1);
  } else if (record.kind == "lost") {
    AddTo(counted.unrecorded_denied, record.denied);
    AddTo(counted.unrecorded_passed, record.passed);
    AddTo(counted.refusals, record.refusals);
  }
}

void Tally::AddDecision(const StatusRecord& record) {
  for (const RecordedShadow& shadow : record.shadows) {
    if (IsDenied(shadow.verdict)) CountRule(shadows_, shadow.rule, {}, shadow.verdict, record.time);
  }
  AddTo(more_shadows_, record.more_shadows);
  if (!IsDenied(record.verdict)) return;
  CountRule(rules_, record.rule, record.code, record.verdict, record.time);
  if (denials_.size() >= kMaxRecentDenials && record.time < denials_.begin()->time) return;
  denials_.insert({std::string(record.time), std::string(record.session), record.seq, record.client,
                   record.tool, record.verdict, record.code, record.rule});
  if (denials_.size() > kMaxRecentDenials) denials_.erase(denials_.begin());
}

void Tally::CountRule(RuleCounts& counts, const std::string& rule, const std::string& code,
                      std::string_view verdict, std::string_view time) {
  auto found = counts.find({rule, code});
  if (found == counts.end()) {
    if (counts.size() >= kMaxCountedRules) {
      more_rules_ = true;
      return;
    }
    found = counts.emplace(std::pair(rule, code), RuleCount{}).first;
  }
  AddTo(verdict == "error" ? found->second.errors : found->second.denied, 1);
  KeepLatest(found->second.last, time);
}

void Tally::ForgetWriters() {
  for (auto& [session, instance] : instances_) instance.writer = Writer::kGone;
}

void Tally::SetWriter(const std::string& session, Writer writer) {
  const auto found = instances_.find(session);
  if (found == instances_.end() || found->second.writer == Writer::kAlive) return;
  if (writer != Writer::kGone) found->second.writer = writer;
}

// One that was over before is not.
bool Tally::IsOfInterest(const Instance& instance) const {
  return instance.last >= since_ || instance.state() == Instance::State::kRunning;
}

std::vector<const Instance*> Tally::Sorted() const {
  std::vector<const Instance*> sorted;
  for (const auto& [session, instance] : instances_) sorted.push_back(&instance);
  std::sort(sorted.begin(), sorted.end(), [](const Instance* a, const Instance* b) {
    const bool a_runs = a->state() == Instance::State::kRunning;
    const bool b_runs = b->state() == Instance::State::kRunning;
    if (a_runs != b_runs) return a_runs;
    return std::tie(b->last, a->session) < std::tie(a->last, b->session);
  });
  return sorted;
}

std::vector<const Instance*> Tally::Instances() const {
  std::vector<const Instance*> sorted = Sorted();
  const auto is_of_no_interest = [this](const Instance* one) { return !IsOfInterest(*one); };
  sorted.erase(std::remove_if(sorted.begin(), sorted.end(), is_of_no_interest), sorted.end());
  if (sorted.size() > kMaxInstances) sorted.resize(kMaxInstances);
  return sorted;
}

uint64_t Tally::more_instances() const {
  const auto count = static_cast<size_t>(
      std::count_if(instances_.begin(), instances_.end(),
                    [this](const auto& entry) { return IsOfInterest(entry.second); }));
  return pruned_ + count - std::min(count, kMaxInstances);
}

std::vector<const RuleCounts::value_type*> Top(const RuleCounts& counts, size_t most) {
  std::vector<const RuleCounts::value_type*> sorted;
  sorted.reserve(counts.size());
  for (const auto& entry : counts) sorted.push_back(&entry);
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto* a, const auto* b) {
    return a->second.count() > b->second.count();
  });
  if (sorted.size() > most) sorted.resize(most);
  return sorted;
}

}  // namespace writ

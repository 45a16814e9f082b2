// writ: from a line to a decision that is counted in the file.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "contest.h"
#include "proxy/counters_sqlite.h"
#include "proxy/judge.h"
#include "proxy/message.h"

namespace writ::state {

class Writ {
 public:
  Writ(const std::shared_ptr<const VerifiedProgram>& program, const std::string& folder)
      : machine_(program),
        reader_(machine_, kDefaultMaxDepth),
        counters_(Options(folder), {}),
        judge_(machine_, counters_) {
    if (const auto opened = counters_.Open(); !opened.has_value())
      bench::Fail(opened.error().message);
  }

  Verdict Decide(std::string_view line) {
    const ClientMessage& message = reader_.Read(line);
    return judge_.Decide(message.tool, 0).decision.verdict;
  }

 private:
  static CounterFileOptions Options(const std::string& folder) {
    CounterFileOptions options;
    options.folder = folder;
    return options;
  }

  Machine machine_;
  MessageReader reader_;
  SqliteCounters counters_;
  Judge judge_;
};

}  // namespace writ::state

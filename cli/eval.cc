// writ eval: one call decided.
// Tested by tests/cli/command_line.py.
#include "cli/call_file.h"
#include "cli/commands.h"
#include "cli/decision_json.h"
#include "cli/labels.h"
#include "cli/print.h"
#include "cli/report.h"
#include "compiler/programs.h"
#include "proxy/counters_memory.h"
#include "proxy/judge.h"
#include "proxy/message.h"

namespace writ {

int Eval(const EvalOptions& options) {
  Diagnostics diagnostics;
  const std::shared_ptr<const VerifiedProgram> program = LoadProgram(options.policies, diagnostics);
  Report(diagnostics);
  if (program == nullptr) return kExitUsage;
  const tl::expected<Facts::Labels, LabelFault> labels = LabelsFor(*program, options.labels);
  if (!labels.has_value()) {
    PrintError(labels.error().message, labels.error().hint);
    return kExitUsage;
  }

  const tl::expected<std::string, CallFault> request = ReadCallFile(options.file);
  if (!request.has_value()) return PrintFault(request.error());

  const PaddedText line(*request);
  Machine machine(program);
  MessageReader reader(machine, kDefaultMaxDepth);
  const ClientMessage& call = reader.Read(line.view());
  if (const auto fault = FaultOf(call); fault.has_value()) return PrintFault(*fault);

  MemoryCounters counters;
  const Facts facts(*labels);
  Judge judge(machine, counters, &facts);
  const Claims claims = {call.client_name, call.client_version, std::nullopt};
  const Judgement& judgement = judge.Decide(call.tool, Time::FromSystemClock(), claims);
  PrintJson(DecisionJson(*program, judgement) + "\n");
  FlushOut();  // whoever waits for it need not wait for the program to be taken apart
  return judgement.decision.verdict == Verdict::kAllow ? kExitYes : kExitNo;
}

}  // namespace writ

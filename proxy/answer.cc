// writ's own answers.
// Tested by tests/proxy/answer_test.cc.
#include "proxy/answer.h"

#include <fmt/core.h>

#include "vm/json_text.h"

namespace writ {
namespace {

void AppendDecision(const Judgement& judgement, const VerifiedProgram& program, std::string& out) {
  out += "{\"code\":";
  AppendJsonString(CodeName(judgement.decision.code), out);
  out += ",\"rule\":";
  if (judgement.decision.rule < program->rules.size()) {
    AppendJsonString(program->rules[judgement.decision.rule].name, out);
  } else {
    out += "null";
  }
  if (judgement.retry_after > 0) out += fmt::format(",\"retry_after\":{}", judgement.retry_after);
  out += '}';
}

}  // namespace

void AppendError(std::string_view raw_id, int code, std::string_view message, std::string& out) {
  out += "{\"jsonrpc\":\"2.0\",\"id\":";
  out += raw_id;
  out += fmt::format(",\"error\":{{\"code\":{},\"message\":", code);
  AppendJsonString(message, out);
  out += "}}";
}

void AppendDenial(const ClientMessage& call, const Judgement& judgement,
                  const VerifiedProgram& program, std::string_view prefix, std::string& out) {
  std::string text(prefix);
  text += judgement.message;
  out += "{\"jsonrpc\":\"2.0\",\"id\":";
  out += call.id.raw;
  if (call.has_task) {
    out += fmt::format(",\"error\":{{\"code\":{},\"message\":", kPolicyDenied);
    AppendJsonString(text, out);
    out += ",\"data\":{\"writ/decision\":";
    AppendDecision(judgement, program, out);
    out += "}}}";
    return;
  }
  out += ",\"result\":{\"content\":[{\"type\":\"text\",\"text\":";
  AppendJsonString(text, out);
  out += "}],\"isError\":true";
  if (call.is_stateless) out += ",\"resultType\":\"complete\"";
  out += ",\"_meta\":{\"writ/decision\":";
  AppendDecision(judgement, program, out);
  out += "}}}";
}

}  // namespace writ

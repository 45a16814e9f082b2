// Printing that survives closed and full streams.
// Tested by tests/cli/command_line.py.
#include "cli/print.h"

#include <fmt/core.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "cli/commands.h"
#include "compiler/diagnostic.h"
#include "vm/shown.h"

namespace writ {
namespace {

int output_error = 0;  // the first errno of writing stdout

void RememberOutputError() {
  if (output_error == 0) output_error = errno;
}

bool Write(std::string_view text, std::FILE* file) {
  return std::fwrite(text.data(), 1, text.size(), file) == text.size();
}

}  // namespace

void PrintOut(std::string_view text) {
  if (!Write(text, stdout)) RememberOutputError();
}

void PrintJson(std::string_view json) {
  // Between its values there may be line feeds; within strings they are escaped.
  for (size_t at = 0; at < json.size();) {
    const size_t end = json.find('\n', at);
    PrintOut(EscapeUnseen(json.substr(at, end == std::string_view::npos ? end : end - at)));
    if (end == std::string_view::npos) return;
    PrintOut("\n");
    at = end + 1;
  }
}

void PrintErr(std::string_view text) {
  Write(text, stderr);
}

std::string ErrorText(std::string_view message, std::string_view hint) {
  std::string text = fmt::format("writ: error: {}\n", Shown(message));
  if (!hint.empty()) text += fmt::format("  hint: {}\n", Shown(hint));
  return text;
}

void PrintError(std::string_view message, std::string_view hint) {
  PrintErr(ErrorText(message, hint));
}

void FlushOut() {
  if (std::fflush(stdout) != 0) RememberOutputError();
}

int FinishOutput(int status) {
  FlushOut();
  if (output_error == 0) return status;
  if (output_error != EPIPE) {
    PrintError(fmt::format("cannot write the output: {}", std::strerror(output_error)));
  }
  return kExitUsage;
}

}  // namespace writ

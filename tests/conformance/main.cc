// cel_conformance: runs folders of CEL conformance cases through every engine.
// Tested by tests/referees/ (on the cases themselves) and tests/conformance/.
#include <fmt/core.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "conformance/cases.h"
#include "conformance/judge.h"
#include "oracle/engines.h"
#include "vm/time_zone.h"

namespace writ::conformance {
namespace {

struct Options {
  std::vector<std::string> folders;
  std::vector<oracle::Engine> engines;
  std::string filter;
  bool verbose = false;
};

// On one line, whatever the expression holds.
std::string OneLine(const std::string& text) {
  std::string line;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
      line += fmt::format("\\x{:02x}", byte);
    } else {
      line += c;
    }
  }
  return line;
}

void PrintHeading(std::string_view word, const char* colour, const Case& c) {
  static const bool kTerminal = isatty(STDOUT_FILENO) == 1;
  fmt::print("{}{}{} {}\n", kTerminal ? colour : "", word, kTerminal ? "\033[0m" : "",
             OneLine(c.name));
}

void PrintFailure(const Case& c, const Verdict& verdict) {
  PrintHeading("FAIL", "\033[31m", c);
  fmt::print("     {:<10} {}{}\n", "expression", OneLine(c.expression),
             c.environment.checked ? "" : "   (unchecked)");
  fmt::print("     {:<10} {}\n", "expected", OneLine(Expectation(c)));
  for (const Finding& finding : verdict.wrong) {
    fmt::print("     {:<10} {}\n", finding.by, OneLine(finding.got));
  }
}

int Run(const Options& options) {
  // Which zones the cases name nobody has looked at, and evaluation opens no file.
  LoadAllTimeZones();
  Arena arena;
  std::vector<Case> cases;
  for (const std::string& folder : options.folders) {
    tl::expected<std::vector<Case>, std::string> read = ReadFolder(folder, arena);
    if (!read.has_value()) {
      fmt::print(stderr, "cel_conformance: {}\n", read.error());
      return 2;
    }
    for (Case& c : *read) {
      if (c.name.find(options.filter) != std::string::npos) cases.push_back(std::move(c));
    }
  }
  if (cases.empty()) {
    fmt::print(stderr, "cel_conformance: no case has a name with \"{}\"\n", options.filter);
    return 2;
  }
  size_t failed = 0;
  size_t early = 0;
  for (const Case& c : cases) {
    const Verdict verdict = Judge(c, options.engines);
    if (!verdict.wrong.empty()) {
      ++failed;
      PrintFailure(c, verdict);
      continue;
    }
    if (verdict.failed_early) ++early;
    if (options.verbose) {
      PrintHeading("ok  ", "\033[32m", c);
      if (verdict.failed_early) fmt::print("     the error came before the evaluation\n");
    }
  }
  std::string names;
  for (const oracle::Engine engine : options.engines) {
    names += fmt::format("{}{}", names.empty() ? "" : ", ", oracle::Name(engine));
  }
  fmt::print("through {}; {} expected errors came before the evaluation\n", names, early);
  fmt::print("{} passed, {} failed\n", cases.size() - failed, failed);
  return failed == 0 ? 0 : 1;
}

int Main(int argc, char** argv) {
  CLI::App app("Runs folders of CEL conformance cases through every engine.", "cel_conformance");
  Options options;
  std::string engine;
  app.add_option("DIR", options.folders, "a folder of *.json files")->required();
  app.add_option("--evaluator", engine,
                 "oracle, plain, optimised or bundled; default: all that exist");
  app.add_option("--filter", options.filter, "only cases whose file/section/name has this text");
  app.add_flag("-v,--verbose", options.verbose, "also list the cases that pass");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  options.engines.assign(std::begin(oracle::kEngines), std::end(oracle::kEngines));
  if (!engine.empty()) {
    const std::optional<oracle::Engine> named = oracle::EngineNamed(engine);
    if (!named.has_value()) {
      fmt::print(stderr, "cel_conformance: there is no evaluator \"{}\"\n", engine);
      return 2;
    }
    options.engines = {*named};
  }
  return Run(options);
}

}  // namespace
}  // namespace writ::conformance

int main(int argc, char** argv) {
  try {
    return writ::conformance::Main(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "cel_conformance: %s\n", error.what());
    return 2;
  }
}

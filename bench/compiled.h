// A policy's program, or the end of the benchmark.
#pragma once

#include <fmt/core.h>

#include <cstdio>
#include <memory>
#include <string>
#include <utility>

#include "compiler/compile.h"
#include "contest.h"

namespace writ::bench {

inline std::shared_ptr<const VerifiedProgram> Compiled(std::string policy) {
  Diagnostics diagnostics;
  const auto source = std::make_shared<const Source>("policy.yaml", std::move(policy));
  const std::unique_ptr<yaml::Document> document = yaml::Parse(source, diagnostics);
  const auto program = document == nullptr
                           ? nullptr
                           : CompileInline(source, *document->root(), "bench", diagnostics);
  for (const Diagnostic& diagnostic : diagnostics.all()) {
    fmt::print(stderr, "{}", Render(diagnostic));
  }
  if (program == nullptr) Fail("the policy does not compile");
  return program;
}

}  // namespace writ::bench

// Policies that grow.
// Tested by tests/cli/bench.py.
#include "cli/bench/growth.h"

#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "cli/bench/decider.h"
#include "cli/bench/load_times.h"
#include "cli/bench/work.h"
#include "compiler/compile.h"
#include "vm/bundle/bundle.h"

namespace writ {
namespace {

// As many calls for each policy, however large, so that caches have as much to hold.
constexpr size_t kCalls = 60;

// What a rule of `mixed` is: the same in every ten.
GrowthShape ShapeOfMixed(size_t rule) {
  const size_t place = rule % 10;
  if (place < 6) return GrowthShape::kDisjoint;
  if (place < 8) return GrowthShape::kKeyed;
  return place == 8 ? GrowthShape::kMixed : GrowthShape::kUnkeyed;
}

std::string RuleText(GrowthShape shape, size_t i) {
  const size_t most = 1'000'000 + i;
  switch (shape) {
    case GrowthShape::kDisjoint:
      return fmt::format("  - {{ name: rule {0}, tools: tool_{0}, require: args.amount <= {1} }}\n",
                         i, most);
    case GrowthShape::kKeyed:
      return fmt::format(
          "  - {{ name: rule {0}, tools: pay, when: 'args.account == \"account-{0}\"', "
          "require: args.amount <= {1} }}\n",
          i, most);
    case GrowthShape::kUnkeyed:
      return fmt::format("  - {{ name: rule {}, tools: send, require: args.amount <= {} }}\n", i,
                         most);
    case GrowthShape::kMixed:
      return fmt::format(
          "  - {{ name: rule {0}, tools: \"files_{0}_*\", require: args.amount <= {1} }}\n", i,
          most);
  }
  return {};
}

std::string ToolFor(GrowthShape shape, size_t i) {
  switch (shape) {
    case GrowthShape::kDisjoint: return fmt::format("tool_{}", i);
    case GrowthShape::kKeyed: return "pay";
    case GrowthShape::kUnkeyed: return "send";
    case GrowthShape::kMixed: return fmt::format("files_{}_read", i);
  }
  return {};
}

tl::expected<std::shared_ptr<const VerifiedProgram>, std::string> CompiledGrowth(
    const std::string& policy) {
  Diagnostics diagnostics;
  std::vector<PolicyText> texts;
  texts.push_back({std::make_shared<const Source>("growth.yaml", policy), "growth"});
  auto program = CompileTexts(std::move(texts), diagnostics, {}, nullptr);
  if (program != nullptr) return program;
  std::string why = "the policy that was made does not compile";
  for (const Diagnostic& diagnostic : diagnostics.all()) {
    if (diagnostic.severity != Severity::kError) continue;
    why += ": " + diagnostic.message;
    break;
  }
  return tl::unexpected(std::move(why));
}

// A policy of a curve, with all that is measured of it.
struct Grown {
  BenchCalls calls;
  std::unique_ptr<Decider> decider;
  GrowthPoint point;
};

tl::expected<Grown, std::string> Grow(GrowthShape shape, size_t rules, Stages& stages) {
  Grown grown;
  grown.point.rules = rules;
  const std::string policy = GrowthPolicy(shape, rules);
  const int64_t start = MonotonicNow();
  auto program = CompiledGrowth(policy);
  grown.point.compile_ms = static_cast<double>(MonotonicNow() - start) / 1e6;
  if (!program.has_value()) return tl::unexpected(std::move(program.error()));
  const auto bundle = bundle::Write(***program, bundle::DebugData::kStrip);
  if (!bundle.has_value()) return tl::unexpected(bundle.error());
  grown.point.bytes_a_rule =
      static_cast<double>(bundle->size()) / static_cast<double>(std::max<size_t>(1, rules));
  grown.point.bundle_ms = MeasureReading(*bundle, stages);
  grown.calls = GrowthCalls(shape, rules);
  grown.decider = std::make_unique<Decider>(*program, Facts::Labels());
  WorkCounter counter(*grown.decider);
  for (const BenchCall& call : grown.calls) {
    const std::optional<Outcome> outcome = grown.decider->Decide(call);
    if (!outcome.has_value() || outcome->verdict != Verdict::kAllow) {
      return tl::unexpected(std::string("a call that was to be allowed was not"));
    }
    grown.point.instructions += static_cast<double>(counter.Count(call).whole.instructions);
  }
  grown.point.instructions /= static_cast<double>(grown.calls.size());
  return grown;
}

tl::expected<GrowthCurve, std::string> MeasureCurve(GrowthShape shape,
                                                    const std::vector<size_t>& counts,
                                                    const MeasureOptions& options, Stages& stages) {
  std::vector<Grown> policies;
  for (const size_t count : counts) {
    stages.Begin(fmt::format("{}: compiling {} rules", GrowthTitle(shape), count), 0);
    stages.AdvanceTo(count);
    auto grown = Grow(shape, count, stages);
    if (!grown.has_value()) {
      return tl::unexpected(
          fmt::format("{} rules, {}: {}", count, GrowthTitle(shape), grown.error()));
    }
    policies.push_back(std::move(*grown));
  }
  std::vector<Contestant> contestants;
  contestants.reserve(policies.size());
  for (const Grown& grown : policies) contestants.push_back({grown.decider.get(), &grown.calls});
  const Measurements measured = Measure(contestants, options, stages);
  GrowthCurve curve;
  curve.shape = shape;
  curve.rounds = measured.rounds;
  for (size_t i = 0; i < policies.size(); ++i) {
    policies[i].point.nanoseconds = Spread::Of(measured.programs[i].Parts());
    curve.points.push_back(policies[i].point);
  }
  curve.ratio =
      Spread::Of(RatiosOf(measured.programs.back().Parts(), measured.programs.front().Parts()));
  return curve;
}

}  // namespace

std::string_view GrowthName(GrowthShape shape) {
  switch (shape) {
    case GrowthShape::kDisjoint: return "disjoint";
    case GrowthShape::kKeyed: return "keyed";
    case GrowthShape::kUnkeyed: return "unkeyed";
    case GrowthShape::kMixed: return "mixed";
  }
  return {};
}

std::string_view GrowthTitle(GrowthShape shape) {
  switch (shape) {
    case GrowthShape::kDisjoint: return "disjoint tools";
    case GrowthShape::kKeyed: return "one tool, keyed";
    case GrowthShape::kUnkeyed: return "one tool, unkeyed";
    case GrowthShape::kMixed: return "mixed";
  }
  return {};
}

std::string GrowthPolicy(GrowthShape shape, size_t rules) {
  std::string text = "writ: 1\nname: growth\ndefault: allow\nrules:\n";
  for (size_t i = 0; i < rules; ++i) {
    text += RuleText(shape == GrowthShape::kMixed ? ShapeOfMixed(i) : shape, i);
  }
  return text;
}

BenchCalls GrowthCalls(GrowthShape shape, size_t rules) {
  BenchCalls calls;
  for (size_t i = 0; i < kCalls; ++i) {
    // About rules all over the policy, of which every ten are alike.
    const size_t spread = i * rules / kCalls;
    const size_t rule = std::min(spread / 10 * 10 + i % 10, rules - 1);
    const GrowthShape of_rule = shape == GrowthShape::kMixed ? ShapeOfMixed(rule) : shape;
    const std::string tool = ToolFor(of_rule, rule);
    calls.emplace_back(
        tool,
        fmt::format(R"({{"jsonrpc":"2.0","id":{},"method":"tools/call","params":{{"name":"{}",)"
                    R"("arguments":{{"account":"account-{}","amount":{},)"
                    R"("note":"twelve chairs and a table, to be paid by the end of March",)"
                    R"("path":"/srv/project/orders/2026/03.json"}}}}}})",
                    i, tool, rule, 10 + i));
  }
  return calls;
}

double GrowthCurve::nanoseconds_a_rule() const {
  const GrowthPoint& first = points.front();
  const GrowthPoint& last = points.back();
  if (last.rules == first.rules) return 0;
  return (last.nanoseconds.median - first.nanoseconds.median) /
         static_cast<double>(last.rules - first.rules);
}

double GrowthCurve::instructions_a_rule() const {
  const GrowthPoint& first = points.front();
  const GrowthPoint& last = points.back();
  if (last.rules == first.rules) return 0;
  return (last.instructions - first.instructions) / static_cast<double>(last.rules - first.rules);
}

tl::expected<GrowthReport, std::string> MeasureGrowth(const std::vector<size_t>& counts,
                                                      const MeasureOptions& options,
                                                      Stages& stages) {
  GrowthReport report;
  MeasureOptions each = options;
  each.seconds = options.seconds / static_cast<double>(kGrowthShapes.size());
  each.reading = false;
  for (const GrowthShape shape : kGrowthShapes) {
    auto curve = MeasureCurve(shape, counts, each, stages);
    if (!curve.has_value()) return tl::unexpected(std::move(curve.error()));
    report.curves.push_back(std::move(*curve));
  }
  return report;
}

}  // namespace writ

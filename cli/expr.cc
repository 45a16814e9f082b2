// writ expr: one expression, evaluated.
// Tested by tests/cli/expr.py.
#include <fmt/core.h>

#include "cli/commands.h"
#include "cli/print.h"
#include "cli/report.h"
#include "compiler/load/policy_environment.h"
#include "compiler/lower/expression.h"
#include "compiler/lower/second_run.h"
#include "grammar/parse.h"
#include "proxy/facts.h"
#include "vm/disasm.h"
#include "vm/json_text.h"
#include "vm/shown.h"
#include "vm/utf8.h"

namespace writ {
namespace {

constexpr size_t kMaxShown = 4096;
constexpr size_t kMaxPartShown = 100;

// What an expression may name here: the arguments and the time.
cel::Environment ExprEnvironment() {
  cel::Environment environment;
  environment.check_constants = true;
  cel::Variable now;
  now.name = "now";
  now.type = cel::TypeKind::kTimestamp;
  now.storage = cel::Variable::Storage::kSlot;
  environment.variables = {ArgumentsVariable(), std::move(now)};
  return environment;
}

// The expression with its names and types, or nullopt with all that is wrong with it.
std::optional<cel::Checked> Read(const std::shared_ptr<const Source>& source,
                                 const cel::Environment& environment, Diagnostics& diagnostics) {
  const auto code_points = [&source](uint32_t at, uint32_t length) {
    const int64_t count = CountCodePoints(source->text().substr(at, length));
    return static_cast<uint32_t>(std::max<int64_t>(count, 1));
  };
  auto parsed = cel::Parse(source->text());
  if (!parsed.has_value()) {
    const cel::SyntaxError& error = parsed.error();
    diagnostics.Error(source, source->At(error.at), code_points(error.at, error.length),
                      error.message, error.hint, DiagnosticCode::kSyntax);
    return std::nullopt;
  }
  cel::CheckResult result = cel::Check(std::move(*parsed), environment);
  for (const cel::Problem& problem : result.problems) {
    const uint32_t length = code_points(problem.at, problem.length);
    if (problem.severity == Severity::kError) {
      diagnostics.Error(source, source->At(problem.at), length, problem.message, problem.hint,
                        problem.code);
    } else {
      diagnostics.Warning(source, source->At(problem.at), length, problem.message, problem.hint,
                          problem.code);
    }
  }
  if (!result.ok()) return std::nullopt;
  // Of what reads nothing the value says all.
  const bool reads =
      std::any_of(result.expression.references.begin(), result.expression.references.end(),
                  [](const cel::Reference& reference) {
                    return reference.kind == cel::Reference::Kind::kVariable;
                  });
  if (reads) {
    for (const cel::Warning& warning : cel::FindWarnings(result.expression, environment)) {
      const cel::Problem& problem = warning.problem;
      diagnostics.Warning(source, source->At(problem.at), code_points(problem.at, problem.length),
                          problem.message, problem.hint, problem.code);
    }
  }
  return std::move(result.expression);
}

// Runs programs over one set of arguments.
class Runner {
 public:
  Runner(const std::string& args, const Value& now) : args_(args), now_(now) {}

  // False if the arguments are no JSON object that can be read in one way only.
  bool ArgumentsAreClean(std::string* why) const {
    Arena arena;
    Scanner scanner(arena);
    PathTrieBuilder builder;
    const uint32_t root = builder.NewRoot();
    builder.SetSlot(root, 0, true);
    const PathTrie trie = builder.Build();
    Value slot;
    ScanTarget target;
    target.trie = &trie;
    target.root = root;
    target.slots = &slot;
    const ScanResult scanned = scanner.Scan(args_.view(), true, target);
    if (!scanned.ok()) {
      *why =
          fmt::format("--args: {} (byte {})", ViolationText(scanned.violation), scanned.offset + 1);
      return false;
    }
    if (slot.is_map()) return true;
    *why = "--args must be an object";
    return false;
  }

  // The value lives until the next run.
  Value Run(const cel::CompiledExpression& compiled) {
    machine_.emplace(compiled.program);
    machine_->SetNow(now_);
    if (ScanTarget* target = machine_->BeginCall(""); target != nullptr) {
      Scanner(machine_->arena()).Scan(args_.view(), true, *target);
    }
    const Program& program = *machine_->program();
    for (uint32_t i = 0; i < program.slot_names.size(); ++i) {
      if (program.slot_names[i] == "now") machine_->SetSlot(i, now_);
    }
    return machine_->Evaluate(compiled.block);
  }

 private:
  PaddedText args_;
  Value now_;
  std::optional<Machine> machine_;
};

std::string TypeOf(const Value& value) {
  if (value.is(Tag::kTimestamp)) return "timestamp";
  if (value.is(Tag::kDuration)) return "duration";
  return std::string(TypeName(value.tag));
}

// Where in the expression an error came from.
uint32_t ColumnOf(const cel::CompiledExpression& compiled, const Value& error) {
  const std::vector<SourcePosition>& positions = (*compiled.program)->positions;
  return error.size < positions.size() ? positions[error.size].column : 1;
}

std::string Json(const Value& value, const cel::CompiledExpression& compiled) {
  if (value.is(Tag::kError)) {
    return fmt::format(R"({{"error":{{"text":{},"column":{}}}}})", JsonQuote(ErrorText(value.code)),
                       ColumnOf(compiled, value));
  }
  return fmt::format(R"({{"value":{},"type":{}}})", JsonQuote(FormatValue(value, kMaxShown)),
                     JsonQuote(TypeOf(value)));
}

// Prints every part of the expression with what it evaluates to on its own, parts below wholes.
class Explanation {
 public:
  Explanation(const cel::Checked& expression, const cel::Environment& environment, Runner& runner)
      : expression_(expression), environment_(environment), runner_(runner) {}

  void Print() {
    const cel::Ast& ast = expression_.ast;
    FindLocals();
    std::vector<std::pair<cel::NodeId, uint32_t>> open = {{ast.root, 0}};
    while (!open.empty()) {
      const auto [id, depth] = open.back();
      open.pop_back();
      PrintPart(id, depth);
      const cel::Node& node = ast.node(id);
      if (expression_.references[id].kind == cel::Reference::Kind::kVariable) continue;
      for (uint32_t i = node.child_count; i-- > 0;) {
        if (i == 0 && expression_.references[id].target_is_namespace) continue;
        const cel::NodeId child = ast.child(node, i);
        if (ast.node(child).kind != cel::Kind::kLiteral) open.emplace_back(child, depth + 1);
      }
    }
  }

 private:
  // What binds the variables that a part reads, and of that, what binds one for each element: the
  // outermost, or 0. Parents stand behind their children.
  void FindLocals() {
    const cel::Ast& ast = expression_.ast;
    outermost_.assign(ast.nodes.size(), 0);
    loops_.assign(ast.nodes.size(), 0);
    parents_.assign(ast.nodes.size(), cel::kNoNode);
    for (cel::NodeId id = 0; id < ast.nodes.size(); ++id) {
      const cel::Reference& reference = expression_.references[id];
      cel::NodeId binder = 0;
      cel::NodeId loop = 0;
      if (reference.kind == cel::Reference::Kind::kLocal) {
        binder = reference.index;
        if (ast.node(binder).kind == cel::Kind::kComprehension) loop = binder;
      }
      for (uint32_t i = 0; i < ast.node(id).child_count; ++i) {
        const cel::NodeId child = ast.child(ast.node(id), i);
        binder = std::max(binder, outermost_[child]);
        loop = std::max(loop, loops_[child]);
        parents_[child] = id;
      }
      outermost_[id] = binder <= id ? 0 : binder;
      loops_[id] = loop <= id ? 0 : loop;
    }
  }

  // The part with the bindings that it needs: of cel.bind(x, 1, f(x + 2) > args.a) and x + 2,
  // cel.bind(x, 1, x + 2). Changes cut_, at `changed`. `loop` gets what binds a variable for each
  // element, if one is read.
  cel::NodeId Bound(cel::NodeId id, std::vector<cel::NodeId>* changed, cel::NodeId* loop) {
    const cel::Ast& ast = expression_.ast;
    cel::NodeId root = id;
    cel::NodeId needed = outermost_[id];
    *loop = loops_[id];
    for (cel::NodeId at = id; root < needed && *loop == 0; at = parents_[at]) {
      const cel::NodeId parent = parents_[at];
      const cel::Node& node = ast.node(parent);
      const uint32_t last = node.child_count - 1;
      const bool is_bound = node.kind == cel::Kind::kBlock ||
                            (node.kind == cel::Kind::kBind && ast.child(node, last) == at);
      if (!is_bound) continue;
      cut_.ast.children[node.first_child + last] = root;
      cut_.types[parent] = expression_.types[id];
      changed->push_back(parent);
      root = parent;
      for (uint32_t i = 0; i < last; ++i) {
        needed = std::max(needed, outermost_[ast.child(node, i)]);
        if (const cel::NodeId other = loops_[ast.child(node, i)]; other > parent) *loop = other;
      }
    }
    return root;
  }

  void Restore(const std::vector<cel::NodeId>& changed) {
    for (const cel::NodeId id : changed) {
      const cel::Node& node = expression_.ast.node(id);
      const size_t last = size_t{node.first_child} + node.child_count - 1;
      cut_.ast.children[last] = expression_.ast.children[last];
      cut_.types[id] = expression_.types[id];
    }
  }

  std::string ResultOf(cel::NodeId id) {
    std::vector<cel::NodeId> changed;
    cel::NodeId loop = 0;
    const cel::NodeId root = Bound(id, &changed, &loop);
    std::string result;
    if (loop != 0) {
      const cel::Macro macro = expression_.ast.node(loop).macro;
      const bool is_optional = macro == cel::Macro::kOptMap || macro == cel::Macro::kOptFlatMap;
      result = is_optional ? "(for the value, if there is one)" : "(for each element)";
    } else if (const auto part = cel::CompilePart(cut_, environment_, root); part.has_value()) {
      const Value value = runner_.Run(*part);
      result = value.is(Tag::kError) ? fmt::format("error: {}", ErrorText(value.code))
                                     : FormatValue(value, kMaxPartShown);
    }
    Restore(changed);
    return result;
  }

  void PrintPart(cel::NodeId id, uint32_t depth) {
    std::string text(2 * size_t{std::min(depth, 20u)}, ' ');
    text += Shown(expression_.ast.text(expression_.ast.node(id)));
    PrintOut(fmt::format("{:<48}  {}\n", text, EscapeUnseen(ResultOf(id))));
  }

  const cel::Checked& expression_;
  const cel::Environment& environment_;
  Runner& runner_;
  cel::Checked cut_ = expression_;
  std::vector<cel::NodeId> outermost_;
  std::vector<cel::NodeId> loops_;
  std::vector<cel::NodeId> parents_;
};

// The timestamp that --now says, or the clock's. False if it says none.
bool ReadNow(const std::string& text, Value* now) {
  if (text.empty()) {
    *now = Time::FromSystemClock().AsValue();
    return true;
  }
  Arena arena;
  int64_t budget = Machine::kRunBudget;
  FunctionContext context{arena, budget};
  const Value argument = Value::String(text);
  *now = functions::ToTimestamp(&argument, 1, context);
  return now->is(Tag::kTimestamp);
}

int PrintCost(const cel::CostBound& cost, bool json) {
  constexpr double kLineSizes[] = {1024, 65536, 16777216};
  if (json) {
    PrintJson(fmt::format(R"({{"cost":{},"constant":{:.0f},"budget":{}}})"
                          "\n",
                          JsonQuote(cost.ToString()), cost.constant(), Machine::kRunBudget));
    return kExitYes;
  }
  PrintOut(
      fmt::format("at most {} instructions, n being the bytes of the call\n", cost.ToString()));
  for (const double bytes : kLineSizes) {
    const double at = cost.At(bytes);
    PrintOut(fmt::format("{:>10.0f} bytes  {:>12.0f}{}\n", bytes, at,
                         at > static_cast<double>(Machine::kRunBudget)
                             ? fmt::format("  (ends in an error after {})", Machine::kRunBudget)
                             : ""));
  }
  return kExitYes;
}

}  // namespace

int Expr(const ExprOptions& options) {
  Value now;
  if (!ReadNow(options.now, &now)) {
    PrintError(fmt::format("--now {} is no timestamp", Quote(options.now)),
               "write it as 2026-03-02T09:30:00Z");
    return kExitUsage;
  }
  Runner runner(options.args.empty() ? "{}" : options.args, now);
  if (std::string why; !runner.ArgumentsAreClean(&why)) {
    PrintError(why, R"(give the call's arguments, as in --args '{"path":"/srv"}')");
    return kExitUsage;
  }
  const auto source = std::make_shared<const Source>("expression", options.expression);
  cel::Environment environment = ExprEnvironment();
  Diagnostics diagnostics;
  const std::optional<cel::Checked> expression = Read(source, environment, diagnostics);
  Report(diagnostics);
  if (!expression.has_value()) return kExitUsage;
  const auto compiled = cel::CompileExpression(*expression, environment, true);
  if (!compiled.has_value()) {
    diagnostics = {};
    diagnostics.Error(source, source->At(compiled.error().at), compiled.error().length,
                      compiled.error().message);
    Report(diagnostics);
    return kExitUsage;
  }
  if (options.cost) return PrintCost(cel::BoundRuns(*expression, environment), options.json);
  if (options.explain) Explanation(*expression, environment, runner).Print();
  const Value value = runner.Run(*compiled);
  if (options.json) {
    PrintJson(Json(value, *compiled) + "\n");
  } else if (value.is(Tag::kError)) {
    diagnostics = {};
    diagnostics.Error(source, source->At(ColumnOf(*compiled, value) - 1), 1,
                      std::string(ErrorText(value.code)));
    Report(diagnostics);
  } else if (!options.explain) {
    PrintOut(fmt::format("{}\n{}\n", EscapeUnseen(FormatValue(value, kMaxShown)), TypeOf(value)));
  }
  return value.is(Tag::kError) ? kExitNo : kExitYes;
}

}  // namespace writ

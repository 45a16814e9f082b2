// Conformance cases from JSON files.
// Tested by tests/conformance/cases_test.cc.
#include "conformance/cases.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <fstream>
#include <iterator>
#include <limits>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "conformance/value_text.h"

namespace writ::conformance {
namespace {

using nlohmann::json;

[[noreturn]] void Malformed(const json& value) {
  throw std::runtime_error("malformed value " + value.dump());
}

double ReadDouble(const json& value) {
  if (value.is_number()) return value.get<double>();
  const auto& name = value.get_ref<const std::string&>();
  const double infinity = std::numeric_limits<double>::infinity();
  if (name == "NaN") return std::nan("");
  if (name == "Infinity") return infinity;
  if (name == "-Infinity") return -infinity;
  Malformed(value);
}

Value ReadValueOf(const json& value, Arena& arena);

Value ReadList(const json& items, Arena& arena) {
  Value* values = arena.Allocate<Value>(items.size());
  for (size_t i = 0; i < items.size(); ++i) values[i] = ReadValueOf(items[i], arena);
  return Value::Of(arena.New(List{static_cast<uint32_t>(items.size()), values}));
}

Value ReadMap(const json& items, Arena& arena) {
  MapEntry* entries = arena.Allocate<MapEntry>(items.size());
  for (size_t i = 0; i < items.size(); ++i) {
    entries[i] = {ReadValueOf(items[i].at(0), arena), ReadValueOf(items[i].at(1), arena)};
  }
  return Value::Of(arena.New(Map{static_cast<uint32_t>(items.size()), entries}));
}

Value ReadOptional(const json& held, Arena& arena) {
  return Value::Optional(held.is_null() ? nullptr : arena.New(ReadValueOf(held, arena)));
}

Value ReadValueOf(const json& value, Arena& arena) {
  if (!value.is_object() || value.size() != 1) Malformed(value);
  const std::string& kind = value.begin().key();
  const json& held = value.begin().value();
  if (kind == "null") return Value::Null();
  if (kind == "bool") return Value::Bool(held.get<bool>());
  if (kind == "double") return Value::Double(ReadDouble(held));
  if (kind == "list") return ReadList(held, arena);
  if (kind == "map") return ReadMap(held, arena);
  if (kind == "optional") return ReadOptional(held, arena);
  const auto& text = held.get_ref<const std::string&>();
  if (kind == "int") return Value::Int(std::stoll(text));
  if (kind == "uint") return Value::Uint(std::stoull(text));
  if (kind == "string") return Value::String(arena.Copy(text));
  if (kind == "bytes") return Value::Text(Tag::kBytes, arena.Copy(DecodeBase64(text)));
  if (kind == "type") return Value::Text(Tag::kType, arena.Copy(text));
  if (kind == "timestamp") return ReadTimestamp(text);
  if (kind == "duration") return ReadDuration(text);
  Malformed(value);
}

cel::Type TypeAt(const json& text) {
  const auto& written = text.get_ref<const std::string&>();
  const std::optional<cel::Type> type = ReadType(written);
  if (!type.has_value()) throw std::runtime_error("malformed type " + written);
  return *type;
}

void DeclareVariable(Case& c, std::string name, cel::Type type) {
  cel::Variable variable;
  variable.name = std::move(name);
  variable.type = std::move(type);
  variable.storage = cel::Variable::Storage::kSlot;
  variable.index = static_cast<uint32_t>(c.environment.variables.size());
  c.environment.variables.push_back(std::move(variable));
}

void DeclareFunction(Case& c, const std::string& name, const json& overloads) {
  for (const json& from : overloads) {
    cel::Overload overload;
    overload.function = name;
    overload.member = from.value("member", false);
    for (const json& parameter : from.at("params")) {
      overload.parameters.push_back(TypeAt(parameter));
    }
    overload.result = TypeAt(from.at("result"));
    overload.runs = false;
    c.environment.declarations.push_back(std::move(overload));
  }
}

void ReadDeclarations(Case& c, const json& from) {
  for (const json& declaration : from) {
    const auto& name = declaration.at("name").get_ref<const std::string&>();
    if (declaration.contains("type")) {
      DeclareVariable(c, name, TypeAt(declaration.at("type")));
    } else {
      DeclareFunction(c, name, declaration.at("function"));
    }
  }
}

// What is bound but not declared is dyn.
void ReadBindings(Case& c, const json& from, Arena& arena) {
  for (const auto& [name, binding] : from.items()) {
    auto& variables = c.environment.variables;
    const auto named = std::find_if(
        variables.begin(), variables.end(),
        [&wanted = name](const cel::Variable& variable) { return variable.name == wanted; });
    const auto index = static_cast<size_t>(named - variables.begin());
    if (index == variables.size()) DeclareVariable(c, name, {});
    c.bindings.resize(std::max(c.bindings.size(), index + 1));
    c.bindings[index] = ReadValueOf(binding.at("value"), arena);
  }
}

void ReadExpected(Case& c, const json& from, Arena& arena) {
  if (from.contains("value")) {
    c.expected = Case::Expected::kValue;
    c.value = ReadValueOf(from.at("value"), arena);
  } else if (from.contains("eval_error")) {
    c.expected = Case::Expected::kError;
  } else if (!from.value("any", false)) {
    throw std::runtime_error("malformed expectation " + from.dump());
  }
}

Case ReadCase(const json& from, Arena& arena) {
  Case c;
  c.name = fmt::format("{}/{}/{}", from.at("file").get<std::string>(),
                       from.at("section").get<std::string>(), from.at("name").get<std::string>());
  c.expression = from.at("expr").get<std::string>();
  c.disable_macros = from.value("disable_macros", false);
  c.check_only = from.value("check_only", false);
  c.environment.checked = !from.value("disable_check", false);
  c.environment.container = from.value("container", "");
  if (from.contains("type_env")) ReadDeclarations(c, from.at("type_env"));
  if (from.contains("bindings")) ReadBindings(c, from.at("bindings"), arena);
  ReadExpected(c, from.at("expected"), arena);
  if (from.contains("deduced_type")) c.deduced_type = from.at("deduced_type").get<std::string>();
  return c;
}

// Throws std::exception.
void ReadFile(const std::filesystem::path& path, Arena& arena, std::vector<Case>& cases) {
  std::ifstream file(path, std::ios::binary);
  const std::string text(std::istreambuf_iterator<char>(file), {});
  if (!file) throw std::runtime_error("cannot be read");
  const json array = json::parse(text);
  if (!array.is_array()) throw std::runtime_error("is no array of cases");
  for (const json& from : array) cases.push_back(ReadCase(from, arena));
}

}  // namespace

Value ReadValue(std::string_view text, Arena& arena) {
  return ReadValueOf(json::parse(text), arena);
}

tl::expected<std::vector<Case>, std::string> ReadFolder(const std::filesystem::path& folder,
                                                        Arena& arena) {
  std::error_code error;
  std::vector<std::filesystem::path> paths;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    if (entry->path().extension() == ".json") paths.push_back(entry->path());
  }
  if (error) return tl::unexpected(fmt::format("{}: {}", folder.string(), error.message()));
  std::sort(paths.begin(), paths.end());
  std::vector<Case> cases;
  for (const auto& path : paths) {
    try {
      ReadFile(path, arena, cases);
    } catch (const std::exception& fault) {
      return tl::unexpected(fmt::format("{}: {}", path.string(), fault.what()));
    }
  }
  if (cases.empty()) return tl::unexpected(fmt::format("{}: no cases found", folder.string()));
  return cases;
}

}  // namespace writ::conformance

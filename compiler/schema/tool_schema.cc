// Reading JSON Schemas, and what follows from them.
// Tested by tests/compiler/schema/tool_schema_test.cc.
#include "compiler/schema/tool_schema.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <map>
#include <set>
#include <utility>

#include "compiler/schema/json_document.h"
#include "vm/compare.h"

namespace writ {
namespace {

// What one question may look at, and how deep. Schemas name each other, so they can be endless.
constexpr size_t kMaxSteps = 4'000;
constexpr int kMaxDepth = 64;
constexpr size_t kMaxValues = 10'000;
constexpr size_t kMaxReferences = 10'000;

JsonKinds KindNamed(std::string_view type) {
  if (type == "null") return kNullKind;
  if (type == "boolean") return kBoolKind;
  if (type == "integer") return kIntegerKind;
  if (type == "number") return kNumberKind;
  if (type == "string") return kTextKind;
  if (type == "array") return kListKind;
  if (type == "object") return kObjectKind;
  return kAnyKind;
}

// "~1" and "%2F" of a pointer are a slash.
std::string UnescapedStep(std::string_view step) {
  const auto digit = [](char c) {
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
  };
  std::string decoded;
  for (size_t i = 0; i < step.size(); ++i) {
    if (step[i] == '%' && i + 2 < step.size() && digit(step[i + 1]) >= 0 &&
        digit(step[i + 2]) >= 0) {
      decoded += static_cast<char>(digit(step[i + 1]) * 16 + digit(step[i + 2]));
      i += 2;
    } else {
      decoded += step[i];
    }
  }
  std::string text;
  for (size_t i = 0; i < decoded.size(); ++i) {
    if (decoded[i] == '~' && i + 1 < decoded.size() &&
        (decoded[i + 1] == '0' || decoded[i + 1] == '1')) {
      text += decoded[++i] == '0' ? '~' : '/';
    } else {
      text += decoded[i];
    }
  }
  return text;
}

}  // namespace

JsonKinds KindOf(const Value& value) {
  switch (value.tag) {
    case Tag::kNull: return kNullKind;
    case Tag::kBool: return kBoolKind;
    case Tag::kInt:
    case Tag::kUint: return kIntegerKind;
    case Tag::kDouble: return std::floor(value.d) == value.d ? kIntegerKind : kFractionKind;
    case Tag::kUnsafeNumber: return kNumberKind;
    case Tag::kString: return kTextKind;
    case Tag::kList:
    case Tag::kListSpan: return kListKind;
    case Tag::kMap:
    case Tag::kMapSpan: return kObjectKind;
    default: return 0;
  }
}

std::string KindsText(JsonKinds kinds) {
  if (kinds == kAnyKind) return "anything";
  std::vector<std::string_view> words;
  if ((kinds & kTextKind) != 0) words.emplace_back("a string");
  if ((kinds & kFractionKind) != 0) {
    words.emplace_back("a number");
  } else if ((kinds & kIntegerKind) != 0) {
    words.emplace_back("an integer");
  }
  if ((kinds & kBoolKind) != 0) words.emplace_back("a boolean");
  if ((kinds & kListKind) != 0) words.emplace_back("an array");
  if ((kinds & kObjectKind) != 0) words.emplace_back("an object");
  if ((kinds & kNullKind) != 0) words.emplace_back("null");
  return words.empty() ? "nothing" : fmt::format("{}", fmt::join(words, " or "));
}

// ---- Reading.

class ToolSchemas::Reader {
  struct Waiting {
    SchemaId id;
    Value value;
    bool rebased;
  };

 public:
  Reader(ToolSchemas& schemas, JsonDocument& document) : schemas_(schemas), document_(document) {}

  tl::expected<SchemaId, std::string> Run() {
    const SchemaId root = Refer("#");
    // Schemas that others refer to are read one after the other: their chain may be long.
    while (!waiting_.empty() && !too_many_) {
      const Waiting next = waiting_.front();
      waiting_.pop_front();
      rebased_ = next.rebased;
      Fill(next.id, next.value);
    }
    if (too_many_) {
      return tl::unexpected(fmt::format("has more than {} parts of schemas", kMaxSchemas));
    }
    return root;
  }

 private:
  SchemaId New() {
    if (schemas_.schemas_.size() >= kMaxSchemas) {
      too_many_ = true;
      return kAnything;
    }
    schemas_.schemas_.emplace_back();
    return static_cast<SchemaId>(schemas_.schemas_.size() - 1);
  }

  // The schema that a `$ref` names, each once, so that those which name themselves end.
  SchemaId Refer(std::string_view pointer) {
    const auto [found, is_new] = referred_.try_emplace(std::string(pointer), kAnything);
    if (!is_new) return found->second;
    bool rebased = false;
    const Value value = Resolve(pointer, rebased);
    if (!value.is_map() || referred_.size() > kMaxReferences) return kAnything;
    const SchemaId id = New();
    found->second = id;
    waiting_.push_back({id, value, rebased});
    return id;
  }

  // `rebased`: it stands in a schema that is a document of its own.
  Value Resolve(std::string_view pointer, bool& rebased) {
    Value at = document_.root();
    if (!pointer.starts_with('#')) return Value();
    pointer.remove_prefix(1);
    while (!pointer.empty()) {
      if (pointer.front() != '/') return Value();
      rebased |= IsDocument(at);
      pointer.remove_prefix(1);
      const size_t end = std::min(pointer.find('/'), pointer.size());
      const std::string step = UnescapedStep(pointer.substr(0, end));
      pointer.remove_prefix(end);
      if (at.is_list()) {
        size_t index = 0;
        if (step.empty() || step.size() > 6) return Value();
        for (const char c : step) {
          if (c < '0' || c > '9') return Value();
          index = index * 10 + static_cast<size_t>(c - '0');
        }
        const List* const list = Items(at, document_.arena());
        at = index < list->size ? list->items[index] : Value();
      } else {
        at = document_.Member(at, step);
      }
    }
    return at;
  }

  SchemaId Read(const Value& value) {
    if (!value.is_map()) return kAnything;
    const SchemaId id = New();
    if (id != kAnything) Fill(id, value);
    return id;
  }

  // A part with an `$id`: what a `$ref` in it means, that `$id` says.
  bool IsDocument(const Value& value) {
    const bool is_root = value.is(Tag::kMapSpan) && document_.root().is(Tag::kMapSpan) &&
                         value.view().data() == document_.root().view().data();
    return !is_root && TextOf(document_.Member(value, "$id")).has_value();
  }

  // Recursion is as deep as the JSON, which the scanner bounds.
  void Fill(SchemaId id, const Value& value) {
    const bool outer = rebased_;
    rebased_ |= IsDocument(value);
    FillHere(id, value);
    rebased_ = outer;
  }

  void FillHere(SchemaId id, const Value& value) {
    Schema schema;
    Value object = value;
    const Map* const members = Entries(object, document_.arena());
    for (uint32_t i = 0; i < members->size && !too_many_; ++i) {
      ReadKeyword(members->entries[i].key.view(), members->entries[i].value, schema);
    }
    if (schema.nullable) {
      schema.kinds |= kNullKind;
      if (schema.has_values) schema.values.push_back(Value::Null());
    }
    std::sort(schema.properties.begin(), schema.properties.end(),
              [](const auto& a, const auto& b) { return a.name < b.name; });
    std::sort(schema.required.begin(), schema.required.end());
    schemas_.schemas_[id] = std::move(schema);
  }

  void ReadKeyword(std::string_view keyword, const Value& value, Schema& schema) {
    if (keyword == "type") {
      ReadType(value, schema);
    } else if (keyword == "enum") {
      ReadValues(value, schema);
    } else if (keyword == "const") {
      if (!schema.has_values) AddValue(value, schema);
      schema.has_values = true;
    } else if (keyword == "nullable") {
      schema.nullable = value.is(Tag::kBool) && value.i != 0;
    } else if (keyword == "properties") {
      ReadProperties(value, schema);
    } else if (keyword == "required") {
      ForEach(value, [&](const Value& name) {
        if (const auto text = TextOf(name)) schema.required.push_back(Keep(*text));
      });
    } else if (keyword == "additionalProperties" || keyword == "unevaluatedProperties") {
      const bool says_no = value.is(Tag::kBool) && value.i == 0;
      if (!says_no) schema.allows_others = true;
      if (value.is_map()) schema.additional = Read(value);
    } else if (keyword == "patternProperties") {
      if (value.is_map()) schema.allows_others = true;
    } else if (keyword == "items" || keyword == "additionalItems") {
      if (value.is_list()) {
        ForEach(value, [&](const Value& item) { schema.items.push_back(Read(item)); });
      } else {
        schema.items.push_back(Read(value));
      }
    } else if (keyword == "prefixItems") {
      ForEach(value, [&](const Value& item) { schema.items.push_back(Read(item)); });
    } else if (keyword == "allOf") {
      ForEach(value, [&](const Value& part) { schema.all.push_back(Read(part)); });
    } else if (keyword == "anyOf" || keyword == "oneOf") {
      std::vector<SchemaId> group;
      ForEach(value, [&](const Value& part) { group.push_back(Read(part)); });
      if (!group.empty()) schema.any.push_back(std::move(group));
    } else if (keyword == "then" || keyword == "else") {
      schema.any.push_back({Read(value), kAnything});
    } else if (keyword == "dependentSchemas" && value.is_map()) {
      Value object = value;
      const Map* const members = Entries(object, document_.arena());
      for (uint32_t i = 0; i < members->size && !too_many_; ++i) {
        schema.any.push_back({Read(members->entries[i].value), kAnything});
      }
    } else if (keyword == "$ref") {
      const auto pointer = TextOf(value);
      const SchemaId referred = pointer && !rebased_ ? Refer(*pointer) : kAnything;
      schema.unread |= referred == kAnything;
      schema.all.push_back(referred);
    } else if (keyword == "$dynamicRef" || keyword == "$recursiveRef") {
      schema.unread = true;
    } else if (keyword == "format") {
      if (const auto text = TextOf(value)) schema.format = Keep(text->substr(0, 100));
    }
  }

  void ReadType(const Value& value, Schema& schema) {
    JsonKinds kinds = 0;
    if (const auto word = TextOf(value)) kinds = KindNamed(*word);
    ForEach(value, [&](const Value& one) {
      const auto word = TextOf(one);
      kinds |= word ? KindNamed(*word) : kAnyKind;
    });
    schema.kinds = kinds == 0 ? kAnyKind : kinds;
    schema.says_type = schema.kinds != kAnyKind;
  }

  void ReadValues(const Value& value, Schema& schema) {
    if (!value.is_list()) return;
    schema.has_values = true;
    schema.values.clear();
    ForEach(value, [&](const Value& one) { AddValue(one, schema); });
  }

  // What cannot be compared here stays out: who compares asks for other kinds.
  void AddValue(const Value& value, Schema& schema) {
    const JsonKinds kind = KindOf(value);
    if (kind == kListKind || kind == kObjectKind || kind == 0) return;
    schema.values.push_back(value.is(Tag::kString) ? Value::String(Keep(value.view()))
                            : value.is(Tag::kUnsafeNumber)
                                ? Value::Text(Tag::kUnsafeNumber, Keep(value.view()))
                                : value);
  }

  void ReadProperties(const Value& value, Schema& schema) {
    if (!value.is_map()) return;
    schema.has_properties = true;
    Value object = value;
    const Map* const members = Entries(object, document_.arena());
    schema.properties.reserve(members->size);
    for (uint32_t i = 0; i < members->size && !too_many_; ++i) {
      schema.properties.push_back(
          {Keep(members->entries[i].key.view()), Read(members->entries[i].value)});
    }
  }

  template <typename Do>
  void ForEach(const Value& value, Do&& what) {
    if (!value.is_list()) return;
    Value copy = value;
    const List* const list = Items(copy, document_.arena());
    for (uint32_t i = 0; i < list->size && !too_many_; ++i) what(list->items[i]);
  }

  std::string_view Keep(std::string_view text) { return schemas_.arena_.Copy(text); }

  ToolSchemas& schemas_;
  JsonDocument& document_;
  std::map<std::string, SchemaId, std::less<>> referred_;
  std::deque<Waiting> waiting_;
  bool rebased_ = false;  // what is read stands in a schema that is a document of its own
  bool too_many_ = false;
};

ToolSchemas::ToolSchemas() : schemas_(1) {}

tl::expected<SchemaId, std::string> ToolSchemas::Add(std::string_view json) {
  JsonDocument document(json);
  if (!document.is_json()) return tl::unexpected(std::string("is no JSON"));
  if (!document.doubt().empty()) {
    return tl::unexpected(
        fmt::format("is JSON that two readers could read differently: {}", document.doubt()));
  }
  return Reader(*this, document).Run();
}

// ---- Asking.

// One question: bounded in what it looks at, and safe where schemas name themselves.
class ToolSchemas::Walk {
 public:
  explicit Walk(const ToolSchemas& schemas) : schemas_(schemas) {}

  JsonKinds Kinds(SchemaId id, int depth) {
    if (!Enter(depth)) return kAnyKind;
    const Schema& schema = schemas_.at(id);
    JsonKinds kinds = schema.kinds;
    if (schema.has_values && !schema.values.empty()) {
      JsonKinds of_values = 0;
      for (const Value& value : schema.values) of_values |= KindOf(value);
      // Values that are lists or objects are not among them.
      kinds &= of_values | kListKind | kObjectKind;
    }
    for (const SchemaId part : schema.all) kinds &= Kinds(part, depth + 1);
    for (const std::vector<SchemaId>& group : schema.any) {
      JsonKinds of_group = 0;
      for (const SchemaId part : group) of_group |= Kinds(part, depth + 1);
      kinds &= of_group;
    }
    return kinds;
  }

  // `alone`: nothing else says what the object holds.
  void Find(SchemaId id, std::string_view name, bool alone, int depth, MemberSchema& found) {
    if (!Enter(depth)) {
      found.known = found.open = true;
      return;
    }
    const Schema& schema = schemas_.at(id);
    found.unread |= schema.unread;
    const auto property = std::lower_bound(
        schema.properties.begin(), schema.properties.end(), name,
        [](const Schema::Property& one, std::string_view wanted) { return one.name < wanted; });
    if (property != schema.properties.end() && property->name == name) {
      found.known = true;
      AddTo(found.schemas, property->schema);
    }
    found.lists_any |= schema.has_properties;
    found.open |= schema.allows_others;
    if (schema.additional != kNoSchema) additional_.push_back(schema.additional);
    const bool leaf = !schema.has_properties && schema.all.empty() && schema.any.empty();
    // Without a word of its members, that it is an object leaves all of them possible; that some of
    // them are required does not.
    if (leaf && alone && schema.required.empty() && (schema.kinds & kObjectKind) != 0 &&
        (schema.says_type || id == kAnything)) {
      found.open = true;
    }
    for (const SchemaId part : schema.all) Find(part, name, alone && leaf, depth + 1, found);
    for (const std::vector<SchemaId>& group : schema.any) {
      const bool sometimes = group.size() == 2 && group[1] == kAnything;
      for (const SchemaId part : group) {
        Find(part, name, !schema.has_properties && !sometimes, depth + 1, found);
      }
    }
  }

  bool Requires(SchemaId id, std::string_view name, int depth) {
    if (!Enter(depth)) return true;
    const Schema& schema = schemas_.at(id);
    if (std::binary_search(schema.required.begin(), schema.required.end(), name)) return true;
    for (const SchemaId part : schema.all) {
      if (Requires(part, name, depth + 1)) return true;
    }
    return std::any_of(
        schema.any.begin(), schema.any.end(), [&](const std::vector<SchemaId>& group) {
          return std::all_of(group.begin(), group.end(), [&](SchemaId part) {
            // What is no object has no member at all.
            return (Kinds(part, depth + 1) & kObjectKind) == 0 || Requires(part, name, depth + 1);
          });
        });
  }

  void AddNames(SchemaId id, int depth, std::set<std::string_view>& names) {
    if (!Enter(depth)) return;
    const Schema& schema = schemas_.at(id);
    for (const Schema::Property& property : schema.properties) names.insert(property.name);
    ForParts(schema, [&](SchemaId part) { AddNames(part, depth + 1, names); });
  }

  void AddElements(SchemaId id, int depth, std::vector<SchemaId>& elements) {
    if (!Enter(depth)) {
      AddTo(elements, kAnything);
      return;
    }
    const Schema& schema = schemas_.at(id);
    for (const SchemaId item : schema.items) AddTo(elements, item);
    if (schema.additional != kNoSchema) AddTo(elements, schema.additional);
    ForParts(schema, [&](SchemaId part) { AddElements(part, depth + 1, elements); });
  }

  bool Limits(SchemaId id, JsonKinds kinds, int depth, std::vector<Value>& values) {
    if (!Enter(depth) || values.size() > kMaxValues) return false;
    const Schema& schema = schemas_.at(id);
    if ((Kinds(id, depth) & kinds) == 0) return true;
    if (schema.has_values) {
      for (const Value& value : schema.values) {
        if ((KindOf(value) & kinds) != 0) values.push_back(value);
      }
      return true;
    }
    for (const SchemaId part : schema.all) {
      if (Limits(part, kinds, depth + 1, values)) return true;
    }
    return std::any_of(schema.any.begin(), schema.any.end(),
                       [&](const std::vector<SchemaId>& group) {
                         const size_t before = values.size();
                         for (const SchemaId part : group) {
                           if (Limits(part, kinds, depth + 1, values)) continue;
                           values.resize(before);
                           return false;
                         }
                         return true;
                       });
  }

  std::string_view Format(SchemaId id, int depth) {
    if (!Enter(depth)) return {};
    const Schema& schema = schemas_.at(id);
    std::string_view format = schema.format;
    ForParts(schema, [&](SchemaId part) {
      if (format.empty()) format = Format(part, depth + 1);
    });
    return format;
  }

  const std::vector<SchemaId>& additional() const { return additional_; }

  static void AddTo(std::vector<SchemaId>& schemas, SchemaId id) {
    if (std::find(schemas.begin(), schemas.end(), id) == schemas.end()) schemas.push_back(id);
  }

 private:
  bool Enter(int depth) { return depth < kMaxDepth && ++steps_ <= kMaxSteps; }

  template <typename Do>
  static void ForParts(const Schema& schema, Do&& what) {
    for (const SchemaId part : schema.all) what(part);
    for (const std::vector<SchemaId>& group : schema.any) {
      for (const SchemaId part : group) what(part);
    }
  }

  const ToolSchemas& schemas_;
  size_t steps_ = 0;
  std::vector<SchemaId> additional_;
};

JsonKinds ToolSchemas::KindsOf(const std::vector<SchemaId>& schemas) const {
  Walk walk(*this);
  JsonKinds kinds = 0;
  for (const SchemaId id : schemas) kinds |= walk.Kinds(id, 0);
  // What nothing fits is no reason to blame who compares with it.
  return kinds == 0 ? kAnyKind : kinds;
}

MemberSchema ToolSchemas::Member(const std::vector<SchemaId>& schemas,
                                 std::string_view name) const {
  Walk walk(*this);
  MemberSchema found;
  for (const SchemaId id : schemas) walk.Find(id, name, true, 0, found);
  if (!found.known) {
    for (const SchemaId id : walk.additional()) Walk::AddTo(found.schemas, id);
  }
  if (found.schemas.empty()) found.schemas.push_back(kAnything);
  found.required = found.known && std::all_of(schemas.begin(), schemas.end(), [&](SchemaId id) {
                     return Walk(*this).Requires(id, name, 0);
                   });
  return found;
}

std::vector<std::string_view> ToolSchemas::Names(const std::vector<SchemaId>& schemas) const {
  Walk walk(*this);
  std::set<std::string_view> names;
  for (const SchemaId id : schemas) walk.AddNames(id, 0, names);
  return {names.begin(), names.end()};
}

std::vector<SchemaId> ToolSchemas::Elements(const std::vector<SchemaId>& schemas) const {
  Walk walk(*this);
  std::vector<SchemaId> elements;
  for (const SchemaId id : schemas) walk.AddElements(id, 0, elements);
  if (elements.empty()) elements.push_back(kAnything);
  return elements;
}

bool ToolSchemas::Limits(const std::vector<SchemaId>& schemas, JsonKinds kinds,
                         std::vector<Value>& values) const {
  Walk walk(*this);
  return std::all_of(schemas.begin(), schemas.end(),
                     [&](SchemaId id) { return walk.Limits(id, kinds, 0, values); });
}

std::string_view ToolSchemas::Format(const std::vector<SchemaId>& schemas) const {
  Walk walk(*this);
  for (const SchemaId id : schemas) {
    if (const std::string_view format = walk.Format(id, 0); !format.empty()) return format;
  }
  return {};
}

}  // namespace writ

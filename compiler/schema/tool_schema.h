// What a server says that the arguments of its tools are: their JSON Schemas, as far as they say
// which members there are, of which type, and which values they may have.
//
// A schema is the server's word and may be anything. What is not understood (a keyword, a `$ref`
// into another document, a schema that is no object) allows everything: a policy is never blamed
// for it.
//
// Thread safety: immutable once read.
//
// Tested by tests/compiler/schema/tool_schema_test.cc.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "vm/arena.h"
#include "vm/value.h"

namespace writ {

// Kinds of JSON values, as bits.
using JsonKinds = uint8_t;
inline constexpr JsonKinds kNullKind = 1;
inline constexpr JsonKinds kBoolKind = 2;
inline constexpr JsonKinds kIntegerKind = 4;
inline constexpr JsonKinds kFractionKind = 8;
inline constexpr JsonKinds kNumberKind = kIntegerKind | kFractionKind;
inline constexpr JsonKinds kTextKind = 16;
inline constexpr JsonKinds kListKind = 32;
inline constexpr JsonKinds kObjectKind = 64;
inline constexpr JsonKinds kAnyKind = 127;

// The kind of a JSON value, or of a constant that is compared with one; 0 for what JSON has not.
JsonKinds KindOf(const Value& value);
// "a string", "an integer or null"; "anything" for all.
std::string KindsText(JsonKinds kinds);

using SchemaId = uint32_t;
// The schema that allows everything.
inline constexpr SchemaId kAnything = 0;
inline constexpr SchemaId kNoSchema = UINT32_MAX;

struct Schema {
  struct Property {
    std::string_view name;
    SchemaId schema = kAnything;
  };
  // `type`, and what others of its own keywords leave of that.
  JsonKinds kinds = kAnyKind;
  bool says_type = false;
  bool nullable = false;  // OpenAPI's word for null
  // `enum` and `const`: those that are no lists and no objects.
  bool has_values = false;
  std::vector<Value> values;
  bool has_properties = false;
  bool allows_others = false;  // members that are not listed, openly
  std::vector<Property> properties;
  std::vector<std::string_view> required;
  SchemaId additional = kNoSchema;  // of members that are not listed
  std::vector<SchemaId> items;      // of elements: any of them
  // What else must hold: `allOf`, `$ref`.
  std::vector<SchemaId> all;
  // Of each group one must hold: `anyOf`, `oneOf`, and what only holds at times.
  std::vector<std::vector<SchemaId>> any;
  std::string_view format;
  bool unread = false;  // it refers to a schema that is not read
};

// As much as all schemas that are read together may have of parts.
inline constexpr size_t kMaxSchemas = 500'000;

// What is known of the member of an object.
struct MemberSchema {
  std::vector<SchemaId> schemas;  // any of them is its schema
  bool known = false;
  // What is not listed may stand there too: openly, or since nothing is listed.
  bool open = false;
  bool lists_any = false;
  bool required = false;
  // Some of what is said of the object cannot be read: nobody knows what it lists.
  bool unread = false;
};

class ToolSchemas {
 public:
  ToolSchemas();

  // Reads an inputSchema. The error is a sentence about it.
  tl::expected<SchemaId, std::string> Add(std::string_view json);

  const Schema& at(SchemaId id) const { return schemas_[id]; }

  // ---- Of something whose schema is any of `schemas`. What would take too long to find out is
  // taken for the most harmless.

  JsonKinds KindsOf(const std::vector<SchemaId>& schemas) const;
  // Of an object's member.
  MemberSchema Member(const std::vector<SchemaId>& schemas, std::string_view name) const;
  // The names of all members that are listed, each once, in order.
  std::vector<std::string_view> Names(const std::vector<SchemaId>& schemas) const;
  // Of a list's elements, and of members of an object whatever their names.
  std::vector<SchemaId> Elements(const std::vector<SchemaId>& schemas) const;
  // Whether only some values of those kinds are possible; if so they are added to `values`.
  bool Limits(const std::vector<SchemaId>& schemas, JsonKinds kinds,
              std::vector<Value>& values) const;
  std::string_view Format(const std::vector<SchemaId>& schemas) const;

 private:
  class Reader;
  class Walk;

  std::vector<Schema> schemas_;
  Arena arena_;  // texts of schemas
};

}  // namespace writ

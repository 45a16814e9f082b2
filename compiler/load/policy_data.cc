// Constants of policies.
// Tested by tests/compiler/load/policy_data_test.cc
#include "compiler/load/policy_data.h"

#include <fmt/core.h>

#include <cerrno>
#include <cstring>
#include <set>
#include <string_view>
#include <utility>

#include "compiler/read_file.h"
#include "compiler/yaml/scalar.h"
#include "vm/utf8.h"

namespace writ {
namespace {

using cel::Type;
using cel::TypeKind;
using yaml::Kind;
using yaml::Node;

// The one type of several values, or dyn.
class CommonType {
 public:
  void Add(const Type& type) {
    if (first_) {
      type_ = type;
    } else if (!(type_ == type)) {
      type_ = Type();
    }
    first_ = false;
  }
  const Type& type() const { return type_; }

 private:
  bool first_ = true;
  Type type_;
};

std::string FolderOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? std::string() : path.substr(0, slash + 1);
}

}  // namespace

// Recursion is as deep as the document, which the YAML reader bounds.
std::optional<Constant> DataReader::Read(const Node& node) {
  if (node.kind == Kind::kScalar) return ReadScalar(node);
  if (const auto found = collections_.find(&node); found != collections_.end()) {
    return found->second;
  }
  std::optional<Constant> constant =
      node.kind == Kind::kSequence ? ReadSequence(node) : ReadMapping(node);
  collections_.emplace(&node, constant);
  return constant;
}

std::optional<Constant> DataReader::ReadScalar(const Node& node) {
  const yaml::Scalar scalar = yaml::Resolve(node);
  if (const auto* b = std::get_if<bool>(&scalar)) return Constant{Value::Bool(*b), TypeKind::kBool};
  if (const auto* i = std::get_if<int64_t>(&scalar)) {
    return Constant{Value::Int(*i), TypeKind::kInt};
  }
  if (const auto* u = std::get_if<uint64_t>(&scalar)) {
    return Constant{Value::Uint(*u), TypeKind::kUint};
  }
  if (const auto* d = std::get_if<double>(&scalar)) {
    return Constant{Value::Double(*d), TypeKind::kDouble};
  }
  if (const auto* s = std::get_if<std::string>(&scalar)) {
    if (yaml::IsTooLarge(node)) {
      reader_.Error(node, fmt::format("{} is further from 0 than a number can be", node.text),
                    "put it in quotes if it is text");
      return std::nullopt;
    }
    return Constant{Value::String(arena_.Copy(*s)), TypeKind::kString};
  }
  return Constant{Value::Null(), TypeKind::kNull};
}

std::optional<Constant> DataReader::ReadSequence(const Node& node) {
  Value* const items = arena_.Allocate<Value>(node.items.size());
  CommonType element;
  bool sound = true;
  for (size_t i = 0; i < node.items.size(); ++i) {
    const std::optional<Constant> item = Read(*node.items[i]);
    sound = sound && item.has_value();
    if (!item) continue;
    items[i] = item->value;
    element.Add(item->type);
  }
  if (!sound) return std::nullopt;
  const auto size = static_cast<uint32_t>(node.items.size());
  return Constant{Value::Of(arena_.New(List{size, items})), Type::List(element.type())};
}

std::optional<Constant> DataReader::ReadMapping(const Node& node) {
  if (const Node* path = node.Find("from_file"); path != nullptr) return ReadFromFile(node, *path);
  MapEntry* const entries = arena_.Allocate<MapEntry>(node.members.size());
  CommonType key_type;
  CommonType value_type;
  bool sound = true;
  for (size_t i = 0; i < node.members.size(); ++i) {
    const std::optional<Constant> key = ReadKey(*node.members[i].key);
    const std::optional<Constant> value = Read(*node.members[i].value);
    sound = sound && key.has_value() && value.has_value();
    if (!sound) continue;
    entries[i] = {key->value, value->value};
    key_type.Add(key->type);
    value_type.Add(value->type);
  }
  if (!sound) return std::nullopt;
  const Map* map = arena_.New(Map{static_cast<uint32_t>(node.members.size()), entries});
  if (!CheckKeysDiffer(node, *map)) return std::nullopt;
  return Constant{Value::Of(map), Type::Map(key_type.type(), value_type.type())};
}

std::optional<Constant> DataReader::ReadKey(const Node& key) {
  if (key.kind == Kind::kScalar) {
    std::optional<Constant> constant = ReadScalar(key);
    if (!constant) return std::nullopt;
    const TypeKind kind = constant->type.kind();
    if (kind != TypeKind::kNull && kind != TypeKind::kDouble) return constant;
  }
  reader_.Error(key, "a key of data must be text, a whole number or a bool",
                key.kind == Kind::kScalar ? fmt::format("put it in quotes: \"{}\"", key.text) : "");
  return std::nullopt;
}

// The YAML reader compares keys by their text; 1 and 0x1 are the same number.
bool DataReader::CheckKeysDiffer(const Node& mapping, const Map& map) {
  std::set<std::pair<Tag, uint64_t>> seen;
  bool differ = true;
  for (uint32_t i = 0; i < map.size; ++i) {
    const Value& key = map.entries[i].key;
    if (key.is(Tag::kString) || seen.insert({key.tag, key.u}).second) continue;
    reader_.Error(*mapping.members[i].key,
                  fmt::format("the key {} stands in this mapping already, written otherwise",
                              key.is(Tag::kBool) ? (key.i != 0 ? "true" : "false")
                                                 : fmt::format("{}", key.i)),
                  "keep one of them, or put them in quotes if they are text");
    differ = false;
  }
  return differ;
}

void DataReader::NoteFile(std::string name, std::optional<FileContent> content) {
  if (looked_for_ != nullptr) looked_for_->push_back({std::move(name), content});
}

std::optional<Constant> DataReader::ReadFromFile(const Node& mapping, const Node& path) {
  if (mapping.members.size() > 1) {
    reader_.Error(mapping, "from_file must stand alone in its mapping",
                  "write {from_file: hosts.txt}, and other constants beside it");
    return std::nullopt;
  }
  const std::optional<std::string> name = reader_.Text(
      &path, "from_file", "give each file a constant of its own: {from_file: hosts.txt}");
  if (path.kind != Kind::kScalar) return std::nullopt;
  if (!name || name->empty() || name->find('\0') != std::string::npos) {
    reader_.Error(path, "from_file needs the path of a file",
                  "such as hosts.txt; it is relative to the policy's folder");
    return std::nullopt;
  }
  const bool absolute = name->front() == '/';
  const std::string full = absolute ? *name : FolderOf(reader_.source()->name()) + *name;
  if (const auto known = by_path_.find(full); known != by_path_.end()) return known->second;
  std::optional<Constant>& constant = by_path_[full];
  tl::expected<std::string, int> text = ReadFile(full, kMaxDataFileBytes, Readable::kFiles);
  NoteFile(full, text ? std::optional(FileContent::Of(*text)) : std::nullopt);
  if (!text && text.error() == EFBIG) {
    reader_.Error(path, fmt::format("{} has more than {} MiB", full, kMaxDataFileBytes >> 20),
                  "split it into several files, each a constant of its own");
    return std::nullopt;
  }
  if (!text) {
    reader_.Error(
        path, fmt::format("{} cannot be read: {}", full, ReadErrorText(text.error())),
        absolute ? "check the path" : "check the path; it is relative to the policy's folder");
    return std::nullopt;
  }
  const auto source = std::make_shared<const Source>(full, std::move(*text));
  data_file_bytes_ += source->text().size();
  if (data_file_bytes_ > kMaxDataFilesBytes) {
    reader_.Error(path,
                  fmt::format("with {} the files of from_file have more than {} MiB together", full,
                              kMaxDataFilesBytes >> 20),
                  "leave out what no rule needs, or split the policy");
    return std::nullopt;
  }
  files_.push_back(source);
  constant = ReadEntries(*files_.back(), path);
  return constant;
}

std::optional<Constant> DataReader::ReadEntries(const Source& file, const Node& path) {
  const std::string text(file.text());
  std::vector<Value> entries;
  const bool marked = text.starts_with(kByteOrderMark);
  bool warned = false;
  uint32_t line = 1;
  for (size_t start = marked ? kByteOrderMark.size() : 0; start < text.size(); ++line) {
    const size_t feed = std::min(text.find('\n', start), text.size());
    const size_t end = feed > start && text[feed - 1] == '\r' ? feed - 1 : feed;
    if (!IsUtf8(std::string_view(text).substr(start, end - start))) {
      reader_.diagnostics().Error(files_.back(), {line, 1}, 1, "this line is not UTF-8",
                                  "save the file as UTF-8");
      return std::nullopt;
    }
    if (end > start) {
      const std::string_view entry = std::string_view(text).substr(start, end - start);
      const bool blank = entry.front() == ' ' || entry.back() == ' ' || entry.back() == '\t';
      if (blank && !std::exchange(warned, true)) {
        reader_.diagnostics().Warning(files_.back(), {line, 1}, 1,
                                      "blanks at the start and end of a line belong to its entry",
                                      "remove them if they are not meant");
      }
      entries.push_back(Value::String(arena_.Copy(entry)));
    }
    start = feed + 1;
  }
  if (entries.size() > kMaxDataFileEntries) {
    reader_.Error(path,
                  fmt::format("{} has {} entries, and {} are possible", file.name(), entries.size(),
                              kMaxDataFileEntries),
                  "split it into several files, each a constant of its own");
    return std::nullopt;
  }
  Value* const items = arena_.Allocate<Value>(entries.size());
  std::copy(entries.begin(), entries.end(), items);
  return Constant{Value::Of(arena_.New(List{static_cast<uint32_t>(entries.size()), items})),
                  Type::List(TypeKind::kString)};
}

}  // namespace writ

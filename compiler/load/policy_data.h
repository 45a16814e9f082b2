// The constants of a policy: YAML of any shape, and lists read from files, as typed values.
//
//   data:
//     cap: { usd: 50000, jpy: 7000000 }        map(string, int)
//     hosts: { from_file: hosts.txt }          list(string), one entry a line
//
// Numbers are what YAML reads: int, where it does not fit uint, else double. Keys too: 1 is an int,
// "1" a string. What is in a list or map of several types is dyn.
//
// Tested by tests/compiler/load/policy_data_test.cc.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "compiler/check/type.h"
#include "compiler/load/policy_reader.h"
#include "compiler/read_file.h"
#include "compiler/yaml/yaml.h"
#include "vm/arena.h"
#include "vm/value.h"

namespace writ {

inline constexpr size_t kMaxDataFileBytes = 16u << 20;
inline constexpr size_t kMaxDataFilesBytes = 64u << 20;  // of a policy, together
inline constexpr size_t kMaxDataFileEntries = 1'000'000;

struct Constant {
  Value value;
  cel::Type type;
};

class DataReader {
 public:
  // Values are made in `arena`. `looked_for`, unless null, gets every file that was looked for. All
  // outlive the reader.
  DataReader(PolicyReader& reader, Arena& arena, std::vector<FileRead>* looked_for = nullptr)
      : reader_(reader), arena_(arena), looked_for_(looked_for) {}

  // nullopt if there was a fault, which was reported.
  std::optional<Constant> Read(const yaml::Node& node);

  // The files that were read, once each, in the order of their first use.
  std::vector<std::shared_ptr<const Source>> TakeFiles() { return std::move(files_); }

 private:
  std::optional<Constant> ReadScalar(const yaml::Node& node);
  std::optional<Constant> ReadSequence(const yaml::Node& node);
  std::optional<Constant> ReadMapping(const yaml::Node& node);
  std::optional<Constant> ReadKey(const yaml::Node& key);
  void NoteFile(std::string name, std::optional<FileContent> content);
  std::optional<Constant> ReadFromFile(const yaml::Node& mapping, const yaml::Node& path);
  std::optional<Constant> ReadEntries(const Source& file, const yaml::Node& path);
  bool CheckKeysDiffer(const yaml::Node& mapping, const Map& map);

  PolicyReader& reader_;
  Arena& arena_;
  std::vector<FileRead>* looked_for_;
  std::unordered_map<const yaml::Node*, std::optional<Constant>> collections_;  // for aliases
  std::unordered_map<std::string, std::optional<Constant>> by_path_;
  std::vector<std::shared_ptr<const Source>> files_;
  size_t data_file_bytes_ = 0;
};

}  // namespace writ

// Policies and bundles by their files.
// Tested by tests/compiler/programs_test.cc.
#include "compiler/programs.h"

#include <fmt/core.h>

#include <cerrno>
#include <cstdlib>
#include <iterator>
#include <set>
#include <utility>

#include "vm/bundle/bundle.h"
#include "vm/bundle/frame.h"
#include "vm/link.h"

namespace writ {
namespace {

std::string RealPath(const std::string& path) {
  char* const real = realpath(path.c_str(), nullptr);
  if (real == nullptr) return path;
  std::string copy(real);
  free(real);
  return copy;
}

void ReportTooLarge(const std::string& path, size_t most, std::string hint,
                    Diagnostics& diagnostics) {
  diagnostics.Unreadable(path,
                         fmt::format("has more than {} MiB, the most that is read", most >> 20),
                         std::move(hint));
}

std::optional<std::string> Read(const std::string& path, Diagnostics& diagnostics) {
  tl::expected<std::string, int> bytes =
      ReadFile(path, bundle::kMaxBundleBytes, Readable::kFilesAndStreams);
  if (bytes) return std::move(*bytes);
  if (bytes.error() == EFBIG) {
    ReportTooLarge(path, bundle::kMaxBundleBytes, {}, diagnostics);
    return std::nullopt;
  }
  diagnostics.Unreadable(
      path, fmt::format("cannot be read: {}", ReadErrorText(bytes.error())),
      bytes.error() == ENOENT ? "check the path; it is relative to the current folder" : "");
  return std::nullopt;
}

std::shared_ptr<const Source> SourceOf(const std::string& path, std::string text,
                                       Diagnostics& diagnostics) {
  if (text.size() > yaml::kMaxYamlBytes) {
    ReportTooLarge(path, yaml::kMaxYamlBytes,
                   "split it, or move long lists to files of their own, with from_file",
                   diagnostics);
    return nullptr;
  }
  return std::make_shared<const Source>(path, std::move(text));
}

constexpr char kBadBundleHint[] =
    "copy it again, or compile the policy anew with this writ: writ compile";

// Goes through the files, in order.
class Loader {
 public:
  Loader(Diagnostics& diagnostics, const LoadOptions& options)
      : diagnostics_(diagnostics),
        options_(options),
        files_(options.files != nullptr ? *options.files : no_files_),
        traced_(options.compile.traced) {}

  std::shared_ptr<const VerifiedProgram> Load(const std::vector<std::string>& paths) {
    const size_t errors_before = diagnostics_.error_count();
    files_.read.clear();
    for (const std::string& path : paths) Add(path);
    CompileRun();
    files_.read.insert(files_.read.end(), std::make_move_iterator(lists_.begin()),
                       std::make_move_iterator(lists_.end()));
    if (diagnostics_.error_count() != errors_before) return nullptr;
    JoinTraced();
    return Joined();
  }

 private:
  void Add(const std::string& path) {
    std::optional<std::string> bytes = Read(path, diagnostics_);
    // Hashed only for those who asked which files there were: a bundle's parts are hashed anyway.
    const bool is_recorded =
        (options_.files != nullptr || options_.admission != nullptr) && !NamesAStream(path);
    if (is_recorded) {
      files_.read.push_back({path, bytes ? std::optional(FileContent::Of(*bytes)) : std::nullopt});
    }
    if (!bytes) return;
    if (!real_paths_.insert(RealPath(path)).second) {
      diagnostics_.Unreadable(path, "this policy is given twice, and would count each call twice",
                              "give it once");
      // Its bytes may be sound when it is given once.
      if (is_recorded) files_.read.back().content.reset();
      return;
    }
    const std::string& space = files_.spaces.emplace(path, RealPath(path)).first->second;
    if (bundle::LooksLikeBundle(*bytes)) {
      CompileRun();
      AddBundle(path, std::move(*bytes), space);
    } else {
      AddPolicy(path, std::move(*bytes), space);
    }
  }

  void AddPolicy(const std::string& path, std::string text, const std::string& space) {
    // What is wrong with it as YAML would help nobody.
    if (path.ends_with(".writ")) {
      return diagnostics_.Unreadable(path, "cannot be loaded: it is no bundle",
                                     "writ compile makes one; a policy in YAML is called .yaml");
    }
    if (options_.admission != nullptr) {
      if (const auto fault = options_.admission->OfPolicy(path)) {
        return diagnostics_.Unreadable(path, fault->message, fault->hint);
      }
    }
    auto source = SourceOf(path, std::move(text), diagnostics_);
    if (source != nullptr) run_.push_back({std::move(source), space});
  }

  void AddBundle(const std::string& path, std::string bytes, const std::string& space) {
    std::optional<std::string> hint;  // of what is not admitted
    const auto admit = [&](const bundle::Hash& root,
                           uint16_t format_version) -> std::optional<std::string> {
      if (options_.admission == nullptr) return std::nullopt;
      auto fault = options_.admission->OfBundle(path, root, format_version, files_.read);
      if (!fault.has_value()) return std::nullopt;
      hint = std::move(fault->hint);
      return std::move(fault->message);
    };
    auto loaded = bundle::Read(std::move(bytes), space, admit);
    if (!loaded.has_value()) {
      if (hint.has_value()) return diagnostics_.Unreadable(path, loaded.error(), *hint);
      return diagnostics_.Unreadable(path, "cannot be loaded: " + loaded.error(), kBadBundleHint);
    }
    if (loaded->kind != bundle::Kind::kPolicies) {
      return diagnostics_.Unreadable(path, "is a bundle of an expression, and no policy",
                                     "writ compile makes bundles of policies");
    }
    AddTraced(loaded->program, path);
    parts_.push_back({std::move(loaded->program), path});
  }

  // Policies in YAML that follow one another are compiled together.
  void CompileRun() {
    if (run_.empty()) return;
    auto program = CompileTexts(std::move(run_), diagnostics_, options_.compile, &lists_);
    run_.clear();
    if (program == nullptr) return;
    parts_.push_back({std::move(program), {}});
    AddTraced(traced_ == nullptr ? nullptr : std::move(traced_->program), {});
  }

  // What is traced has the same parts, bundles as they are.
  void AddTraced(std::shared_ptr<const VerifiedProgram> program, const std::string& path) {
    if (traced_ == nullptr) return;
    if (program == nullptr) {
      traced_is_whole_ = false;
    } else {
      traced_parts_.push_back({std::move(program), path});
    }
  }

  void JoinTraced() {
    if (traced_ == nullptr || !traced_is_whole_) return;
    if (traced_parts_.size() == 1) {
      traced_->program = std::move(traced_parts_.front().program);
      return;
    }
    auto linked = Link(traced_parts_);
    if (!linked.has_value()) {
      traced_->why = linked.error().text;
      return;
    }
    auto verified = Verify(std::move(*linked));
    if (verified.has_value()) {
      traced_->program = std::move(*verified);
    } else {
      traced_->why = verified.error().text;
    }
  }

  std::shared_ptr<const VerifiedProgram> Joined() {
    if (parts_.size() == 1) return std::move(parts_.front().program);
    auto linked = Link(parts_);
    if (!linked.has_value()) {
      diagnostics_.Unreadable(linked.error().file, linked.error().text, linked.error().hint);
      return nullptr;
    }
    auto verified = Verify(std::move(*linked));
    if (!verified.has_value()) {
      diagnostics_.Unreadable(parts_.back().path,
                              "the policies together were refused: " + verified.error().text,
                              "run fewer policies together");
      return nullptr;
    }
    return std::move(*verified);
  }

  Diagnostics& diagnostics_;
  const LoadOptions& options_;
  PolicyFiles no_files_;
  PolicyFiles& files_;
  std::vector<FileRead> lists_;
  std::set<std::string> real_paths_;
  std::vector<PolicyText> run_;
  std::vector<LinkPart> parts_;
  TracedProgram* const traced_;
  std::vector<LinkPart> traced_parts_;
  bool traced_is_whole_ = true;
};

}  // namespace

std::shared_ptr<const VerifiedProgram> LoadProgram(const std::vector<std::string>& paths,
                                                   Diagnostics& diagnostics,
                                                   const LoadOptions& options) {
  return Loader(diagnostics, options).Load(paths);
}

std::shared_ptr<const Source> ReadSource(const std::string& path, Diagnostics& diagnostics) {
  std::optional<std::string> text = Read(path, diagnostics);
  return text ? SourceOf(path, std::move(*text), diagnostics) : nullptr;
}

}  // namespace writ

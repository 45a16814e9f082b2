// Header, section table and hashes of a bundle.
// Tested by tests/compiler/bundle_test.cc.
#include "vm/bundle/frame.h"

#include <fmt/core.h>

#include <algorithm>

namespace writ::bundle {
namespace {

template <typename Integer>
void AppendFixed(Integer number, std::string& out) {
  for (size_t i = 0; i < sizeof number; ++i) {
    out += static_cast<char>(static_cast<uint64_t>(number) >> (8 * i));
  }
}

// REQUIRES: it is there.
template <typename Integer>
Integer ReadFixed(std::string_view bytes, size_t offset) {
  uint64_t number = 0;
  for (size_t i = 0; i < sizeof(Integer); ++i) {
    number |= uint64_t{static_cast<unsigned char>(bytes[offset + i])} << (8 * i);
  }
  return static_cast<Integer>(number);
}

uint64_t Aligned(uint64_t offset) {
  return (offset + kAlignment - 1) / kAlignment * kAlignment;
}

struct Head {
  std::string header;
  std::string table;
  Hash root_hash{};
};

Head HeadOf(Kind kind, const std::vector<Section>& sections, uint16_t isa_version) {
  Head head;
  uint64_t end = kTableOffset + sections.size() * kTableRowBytes;
  for (const Section& section : sections) {
    const uint64_t offset = Aligned(end);
    AppendFixed(static_cast<uint32_t>(section.id), head.table);
    AppendFixed(section.rows, head.table);
    AppendFixed(offset, head.table);
    AppendFixed(uint64_t{section.bytes.size()}, head.table);
    head.table += AsText(Sha256({section.bytes}));
    end = offset + section.bytes.size();
  }
  head.header = kMagic;
  AppendFixed(kFormatVersion, head.header);
  AppendFixed(isa_version, head.header);
  AppendFixed(static_cast<uint16_t>(kind), head.header);
  AppendFixed(static_cast<uint16_t>(sections.size()), head.header);
  AppendFixed(end, head.header);
  AppendFixed(uint64_t{0}, head.header);
  head.root_hash = Sha256({head.header, head.table});
  return head;
}

class FrameReader {
 public:
  explicit FrameReader(std::string_view file) : file_(file) {}

  tl::expected<Frame, std::string> Run() {
    // In this order: what is of a newer version may differ in all else.
    if (!CheckMagic() || !CheckVersions() || !CheckHeader() || !CheckRootHash() || !CheckTable()) {
      return tl::unexpected(std::move(fault_));
    }
    return std::move(frame_);
  }

 private:
  bool Refuse(std::string why) {
    fault_ = std::move(why);
    return false;
  }

  bool CheckMagic() {
    if (file_.size() > kMaxBundleBytes) {
      return Refuse(fmt::format("it has more than {} MiB", kMaxBundleBytes >> 20));
    }
    if (!LooksLikeBundle(file_)) return Refuse("it is no bundle");
    if (file_.size() < kTableOffset) return Refuse("it is cut short");
    return file_.starts_with(kMagic) ||
           Refuse("its first bytes were changed, as where a file is sent as text");
  }

  bool CheckVersions() {
    frame_.format_version = ReadFixed<uint16_t>(file_, 8);
    frame_.isa_version = ReadFixed<uint16_t>(file_, 10);
    const auto check = [this](std::string_view what, uint16_t version, uint16_t oldest,
                              uint16_t own) {
      if (version < oldest) {
        return Refuse(fmt::format("it has {} {}, which there is not", what, version));
      }
      return version <= own ||
             Refuse(fmt::format("it has {} {}, and this writ reads up to {}", what, version, own));
    };
    return check("format", frame_.format_version, 1, kFormatVersion) &&
           check("instruction set", frame_.isa_version, kOldestIsaVersion, kIsaVersion);
  }

  bool CheckHeader() {
    const auto kind = ReadFixed<uint16_t>(file_, 12);
    if (kind != static_cast<uint16_t>(Kind::kPolicies) &&
        kind != static_cast<uint16_t>(Kind::kExpression)) {
      return Refuse("it is of no kind that there is");
    }
    frame_.kind = static_cast<Kind>(kind);
    sections_ = ReadFixed<uint16_t>(file_, 14);
    if (ReadFixed<uint64_t>(file_, 16) != file_.size()) {
      return Refuse("its size is not the one that it says");
    }
    if (ReadFixed<uint64_t>(file_, 24) != 0) return Refuse("its header is not zero at the end");
    if (sections_ == 0 || sections_ > kMaxSections) return Refuse("it has no or too many sections");
    return file_.size() - kTableOffset >= sections_ * kTableRowBytes || Refuse("it is cut short");
  }

  bool CheckRootHash() {
    frame_.root_hash = HashAt(kHeaderBytes);
    const std::string_view table = file_.substr(kTableOffset, sections_ * kTableRowBytes);
    return Sha256({file_.substr(0, kHeaderBytes), table}) == frame_.root_hash ||
           Refuse("its root hash is another");
  }

  bool CheckTable() {
    uint64_t end = kTableOffset + sections_ * kTableRowBytes;
    uint32_t last_id = 0;
    for (size_t i = 0; i < sections_; ++i) {
      const size_t row = kTableOffset + i * kTableRowBytes;
      const auto id = ReadFixed<uint32_t>(file_, row);
      if (id <= last_id) return Refuse("its sections do not rise");
      last_id = id;
      if (!CheckSection(row, static_cast<SectionId>(id), end)) return false;
    }
    return end == file_.size() || Refuse("it goes on behind its last section");
  }

  // `end`: of what is before, then of this section.
  bool CheckSection(size_t row, SectionId id, uint64_t& end) {
    const auto refuse = [&](std::string_view why) {
      return Refuse(fmt::format("section {}: {}", SectionName(id), why));
    };
    const auto rows = ReadFixed<uint32_t>(file_, row + 4);
    const auto offset = ReadFixed<uint64_t>(file_, row + 8);
    const auto size = ReadFixed<uint64_t>(file_, row + 16);
    if (MostRows(id) == 0) return refuse("this writ does not know it");
    if (id == SectionId::kVariable && frame_.kind != Kind::kExpression) {
      return refuse("only an expression has it");
    }
    if (rows == 0) return refuse("it has no rows");
    if (rows > MostRows(id)) return refuse(fmt::format("it has more than {} rows", MostRows(id)));
    if (rows > size) return refuse("it has more rows than it has room for");
    if (offset != Aligned(end)) return refuse("it does not begin where the one before ends");
    if (offset > file_.size() || size > file_.size() - offset) {
      return refuse("it is larger than the file");
    }
    const std::string_view padding = file_.substr(end, offset - end);
    if (padding.find_first_not_of('\0') != std::string_view::npos) {
      return refuse("what stands before it is not zero");
    }
    const std::string_view bytes = file_.substr(offset, size);
    if (Sha256({bytes}) != HashAt(row + 24)) return refuse("its hash is another");
    frame_.sections.push_back({id, rows, bytes});
    end = offset + size;
    return true;
  }

  Hash HashAt(size_t offset) const {
    Hash hash{};
    file_.copy(reinterpret_cast<char*>(hash.data()), hash.size(), offset);
    return hash;
  }

  std::string_view file_;
  size_t sections_ = 0;
  Frame frame_;
  std::string fault_;
};

}  // namespace

bool LooksLikeBundle(std::string_view file) {
  return !file.empty() && file.front() == kMagic.front();
}

tl::expected<std::string, std::string> WriteFrame(Kind kind, const std::vector<Section>& sections,
                                                  uint16_t isa_version) {
  uint64_t size = kTableOffset + sections.size() * kTableRowBytes;
  for (const Section& section : sections) size = Aligned(size) + section.bytes.size();
  if (size > kMaxBundleBytes) {
    return tl::unexpected(
        fmt::format("the bundle would have more than {} MiB", kMaxBundleBytes >> 20));
  }
  const Head head = HeadOf(kind, sections, isa_version);
  std::string file = head.header;
  file.reserve(size);
  file += AsText(head.root_hash);
  file += head.table;
  for (const Section& section : sections) {
    file.resize(Aligned(file.size()));
    file += section.bytes;
  }
  return file;
}

Hash RootHashOf(Kind kind, const std::vector<Section>& sections, uint16_t isa_version) {
  return HeadOf(kind, sections, isa_version).root_hash;
}

tl::expected<Frame, std::string> ReadFrame(std::string_view file) {
  return FrameReader(file).Run();
}

}  // namespace writ::bundle

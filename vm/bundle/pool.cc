// Texts of a bundle.
// Tested by tests/vm/bundle/pool_test.cc.
#include "vm/bundle/pool.h"

#include <fmt/core.h>

#include <algorithm>

#include "vm/bundle/numbers.h"
#include "vm/utf8.h"

namespace writ::bundle {
namespace {

// A sentence, or empty.
std::string TextFault(SectionId id, std::string_view text) {
  if (text.size() > kMaxTextBytes) return "a text is too long";
  if (id != SectionId::kBytes && !IsUtf8(text)) return "a text is not UTF-8";
  return {};
}

}  // namespace

void PoolBuilder::Number() {
  std::sort(texts_.begin(), texts_.end());
  texts_.erase(std::unique(texts_.begin(), texts_.end()), texts_.end());
}

uint32_t PoolBuilder::IdOf(std::string_view text) const {
  return static_cast<uint32_t>(std::lower_bound(texts_.begin(), texts_.end(), text) -
                               texts_.begin());
}

tl::expected<Section, std::string> PoolBuilder::Write(SectionId id) const {
  if (texts_.size() > MostRows(id)) return tl::unexpected<std::string>("there are too many texts");
  if (named_bytes_ > kMaxNamedBytes) return tl::unexpected(std::string(kNamedTooOften));
  Section section{id, size(), {}};
  for (const std::string_view text : texts_) {
    if (std::string fault = TextFault(id, text); !fault.empty()) {
      return tl::unexpected(std::move(fault));
    }
    AppendNumber(text.size(), section.bytes);
    section.bytes += text;
  }
  return section;
}

tl::expected<Pool, std::string> Pool::Read(const SectionView& section) {
  Pool pool;
  pool.texts_.reserve(section.rows);
  ByteReader reader(section.bytes);
  for (uint32_t i = 0; i < section.rows && reader.ok(); ++i) {
    const std::string_view text = reader.Bytes(reader.Number());
    if (!reader.ok()) break;
    if (const std::string fault = TextFault(section.id, text); !fault.empty()) reader.Fail(fault);
    if (!pool.texts_.empty() && text <= pool.texts_.back()) reader.Fail("its texts do not rise");
    pool.texts_.push_back(text);
  }
  if (reader.left() > 0) reader.Fail("it goes on behind its last row");
  if (!reader.ok()) return tl::unexpected(reader.fault());
  pool.used_.resize(pool.texts_.size());
  return pool;
}

bool Pool::AllUsed() const {
  return std::find(used_.begin(), used_.end(), false) == used_.end();
}

}  // namespace writ::bundle

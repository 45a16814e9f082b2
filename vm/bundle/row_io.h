// What the rows of a bundle are written and read with. The three classes here have the same calls,
// so that a row is described once (vm/bundle/rows.h) for all of them:
//
//   TextCollector   adds the texts of the rows to the pools
//   RowWriter       appends the rows to a section
//   RowReader       reads them from one
//
// A writer refuses what a reader would, so that what was written can be read.
//
// Tested by tests/vm/bundle/contents_test.cc.
#pragma once

#include <fmt/core.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "vm/bundle/format.h"
#include "vm/bundle/numbers.h"
#include "vm/bundle/pool.h"

namespace writ::bundle {

// What rows name besides texts.
struct Named {
  RowCounts rows;
  uint32_t slots = 0;
};

// For each optional id: kNoSlot, kNoBlock, kNoNode.
inline constexpr uint32_t kNone = UINT32_MAX;

inline constexpr std::string_view kByteOutOfBounds = "a value is out of bounds";

class TextCollector {
 public:
  static constexpr bool kReads = false;

  TextCollector(PoolBuilder& texts, PoolBuilder& bytes) : texts_(texts), bytes_(bytes) {}

  bool ok() const { return true; }
  void Fail(std::string_view) {}

  uint32_t Rows(SectionId) const { return UINT32_MAX; }
  template <typename T>
  void Byte(const T&, uint8_t, std::string_view = {}) {}
  template <typename T>
  void Number(const T&, uint64_t) {}
  void Signed(int64_t) {}
  void Double(double) {}
  template <typename Array>
  void Raw(const Array&) {}
  template <typename... Bools>
  void Flags(const Bools&...) {}
  void Id(uint32_t, SectionId) {}
  void OptionalId(uint32_t, SectionId) {}
  void Slot(uint32_t) {}
  void OptionalSlot(uint32_t) {}
  void Text(std::string_view text) { texts_.Add(text); }
  void OptionalText(const std::string* text) {
    if (text != nullptr) texts_.Add(*text);
  }
  void RisingText(std::string_view text, uint64_t&) { texts_.Add(text); }
  void Bytes(std::string_view bytes) { bytes_.Add(bytes); }
  // Text that is not written, but that a reader makes and keeps.
  void MadeUp(std::string_view text) { texts_.Count(text.size()); }

 private:
  PoolBuilder& texts_;
  PoolBuilder& bytes_;
};

class RowWriter {
 public:
  static constexpr bool kReads = false;

  RowWriter(const PoolBuilder& texts, const PoolBuilder& bytes, const Named& named,
            std::string& out)
      : texts_(texts), bytes_(bytes), named_(named), out_(out) {}

  bool ok() const { return fault_.empty(); }
  const std::string& fault() const { return fault_; }
  void Fail(std::string_view why) {
    if (fault_.empty()) fault_ = why;
  }

  uint32_t Rows(SectionId id) const { return named_.rows[id]; }
  template <typename T>
  void Byte(const T& value, uint8_t most, std::string_view fault = kByteOutOfBounds) {
    const auto byte = static_cast<uint64_t>(value);
    if (byte > most) return Fail(fault);
    out_ += static_cast<char>(byte);
  }
  // Negative ones are out of bounds too.
  template <typename T>
  void Number(const T& value, uint64_t most) {
    const auto number = static_cast<uint64_t>(value);
    if (number > most) return Fail("a number is out of bounds");
    AppendNumber(number, out_);
  }
  void Signed(int64_t number) { AppendNumber(ZigZag(number), out_); }
  void Double(double number) { AppendDouble(number, out_); }
  template <typename Array>
  void Raw(const Array& bytes) {
    out_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
  // The first is 1, the next 2, then 4, …
  template <typename... Bools>
  void Flags(const Bools&... flags) {
    uint64_t bits = 0;
    int shift = 0;
    ((bits |= uint64_t{flags} << shift++), ...);
    AppendNumber(bits, out_);
  }
  void Id(uint32_t id, SectionId of) {
    if (id >= named_.rows[of]) return FailToFind(of);
    AppendNumber(id, out_);
  }
  void OptionalId(uint32_t id, SectionId of) {
    if (id != kNone && id >= named_.rows[of]) return FailToFind(of);
    AppendNumber(id == kNone ? 0 : uint64_t{id} + 1, out_);
  }
  void Slot(uint32_t slot) {
    if (slot >= named_.slots) return Fail("it names a slot that is not there");
    AppendNumber(slot, out_);
  }
  void OptionalSlot(uint32_t slot) {
    if (slot != kNone && slot >= named_.slots) return Fail("it names a slot that is not there");
    AppendNumber(slot == kNone ? 0 : uint64_t{slot} + 1, out_);
  }
  void Text(std::string_view text) { AppendNumber(texts_.IdOf(text), out_); }
  // None for a null pointer.
  void OptionalText(const std::string* text) {
    AppendNumber(text == nullptr ? 0 : uint64_t{texts_.IdOf(*text)} + 1, out_);
  }
  // Of a row that may be missing: `next` is the least id that it may have.
  void RisingText(std::string_view text, uint64_t& next) {
    const uint32_t id = texts_.IdOf(text);
    if (id < next) return Fail("its texts do not rise");
    AppendNumber(id - next, out_);
    next = uint64_t{id} + 1;
  }
  void Bytes(std::string_view bytes) { AppendNumber(bytes_.IdOf(bytes), out_); }
  void MadeUp(std::string_view) {}

 private:
  void FailToFind(SectionId of) {
    Fail(fmt::format("it names a row of {} that is not there", SectionName(of)));
  }

  const PoolBuilder& texts_;
  const PoolBuilder& bytes_;
  const Named& named_;
  std::string& out_;
  std::string fault_;
};

class RowReader {
 public:
  static constexpr bool kReads = true;

  RowReader(Pool& texts, Pool& bytes, const Named& named, std::string_view section)
      : texts_(texts), bytes_(bytes), named_(named), reader_(section) {}

  bool ok() const { return reader_.ok(); }
  const std::string& fault() const { return reader_.fault(); }
  void Fail(std::string_view why) { reader_.Fail(why); }
  size_t left() const { return reader_.left(); }

  uint32_t Rows(SectionId id) const { return named_.rows[id]; }
  template <typename T>
  void Byte(T& value, uint8_t most, std::string_view fault = kByteOutOfBounds) {
    const uint8_t byte = reader_.Byte();
    if (byte > most) return Fail(fault);
    value = static_cast<T>(byte);
  }
  template <typename T>
  void Number(T& value, uint64_t most) {
    value = static_cast<T>(NumberUpTo(most, "a number is out of bounds"));
  }
  void Signed(int64_t& number) { number = UnZigZag(reader_.Number()); }
  void Double(double& number) { number = reader_.Double(); }
  template <typename Array>
  void Raw(Array& bytes) {
    const std::string_view read = reader_.Bytes(bytes.size());
    if (ok()) read.copy(reinterpret_cast<char*>(bytes.data()), read.size());
  }
  template <typename... Bools>
  void Flags(Bools&... flags) {
    uint64_t bits = NumberUpTo((uint64_t{1} << sizeof...(flags)) - 1, "an unknown flag is set");
    ((flags = (bits & 1) != 0, bits >>= 1), ...);
  }
  void Id(uint32_t& id, SectionId of) {
    const uint64_t number = reader_.Number();
    if (number >= named_.rows[of]) return FailToFind(of);
    id = static_cast<uint32_t>(number);
  }
  void OptionalId(uint32_t& id, SectionId of) {
    const uint64_t number = reader_.Number();
    if (number > named_.rows[of]) return FailToFind(of);
    id = number == 0 ? kNone : static_cast<uint32_t>(number - 1);
  }
  void Slot(uint32_t& slot) {
    const uint64_t number = reader_.Number();
    if (number >= named_.slots) return Fail("it names a slot that is not there");
    slot = static_cast<uint32_t>(number);
  }
  void OptionalSlot(uint32_t& slot) {
    const uint64_t number = reader_.Number();
    if (number > named_.slots) return Fail("it names a slot that is not there");
    slot = number == 0 ? kNone : static_cast<uint32_t>(number - 1);
  }
  template <typename String>  // std::string, or a view of the section
  void Text(String& text) {
    text = Of(texts_, reader_.Number());
  }
  // The text's id, or kNone.
  void OptionalText(uint32_t& id) {
    const uint64_t number = reader_.Number();
    if (number > texts_.size()) return Fail("it names a text that is not there");
    id = number == 0 ? kNone : static_cast<uint32_t>(number - 1);
  }
  // REQUIRES: one that OptionalText() gave.
  std::string_view TextOf(uint32_t id) { return Of(texts_, id); }
  void RisingText(std::string& text, uint64_t& next) {
    const uint64_t step = reader_.Number();
    if (next >= texts_.size() || step >= texts_.size() - next) {
      return Fail("it names a text that is not there");
    }
    text = Of(texts_, next + step);
    next += step + 1;
  }
  void Bytes(std::string_view& bytes) { bytes = Of(bytes_, reader_.Number()); }
  void MadeUp(std::string_view text) {
    texts_.Count(text.size());
    if (texts_.NamedTooOften()) Fail(kNamedTooOften);
  }

 private:
  uint64_t NumberUpTo(uint64_t most, std::string_view fault) {
    const uint64_t number = reader_.Number();
    if (number <= most) return number;
    Fail(fault);
    return 0;
  }
  std::string_view Of(Pool& pool, uint64_t id) {
    if (!ok() || id >= pool.size()) {
      Fail("it names a text that is not there");
      return {};
    }
    const std::string_view text = pool.Use(static_cast<uint32_t>(id));
    if (!pool.NamedTooOften()) return text;
    Fail(kNamedTooOften);
    return {};
  }
  void FailToFind(SectionId of) {
    Fail(fmt::format("it names a row of {} that is not there", SectionName(of)));
  }

  Pool& texts_;
  Pool& bytes_;
  const Named& named_;
  ByteReader reader_;
};

}  // namespace writ::bundle

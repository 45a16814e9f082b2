// Memory for one decision: allocation is a pointer bump, freeing is Reset().
//
// Tested by tests/vm/arena_test.cc.
//
// After the first few calls the arena owns as much as the largest call needed and allocates
// nothing more; a call that needed over kKeepBytes gives the excess back at the next Reset().
// Thread safety: none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <string_view>
#include <type_traits>
#include <vector>

namespace writ {

class Arena {
 public:
  static constexpr size_t kChunkBytes = 16u << 10;
  static constexpr size_t kKeepBytes = 1u << 20;

  Arena() = default;
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  // Uninitialised room for `count` objects, valid until Reset().
  template <typename T>
  T* Allocate(size_t count) {
    static_assert(std::is_trivially_destructible_v<T>, "the arena runs no destructors");
    return static_cast<T*>(AllocateBytes(count * sizeof(T), alignof(T)));
  }

  template <typename T>
  T* New(const T& value) {
    return new (Allocate<T>(1)) T(value);
  }

  std::string_view Copy(std::string_view text) {
    char* room = Allocate<char>(text.size());
    if (!text.empty()) std::memcpy(room, text.data(), text.size());
    return {room, text.size()};
  }

  // Bytes that the arena owns, used or not.
  size_t held() const { return held_; }

  // Everything allocated becomes invalid.
  void Reset() {
    if (held_ > kKeepBytes) {
      chunks_.clear();
      held_ = 0;
    }
    chunk_ = 0;
    next_ = end_ = nullptr;
    if (!chunks_.empty()) Use(0);
  }

 private:
  struct Chunk {
    std::unique_ptr<char[]> bytes;
    size_t size;
  };

  void* AllocateBytes(size_t bytes, size_t alignment) {
    const auto address = reinterpret_cast<uintptr_t>(next_);
    const size_t padding = (alignment - address % alignment) % alignment;
    if (next_ == nullptr || bytes + padding > static_cast<size_t>(end_ - next_)) {
      NextChunk(bytes);
      return Take(bytes);
    }
    next_ += padding;
    return Take(bytes);
  }

  void* Take(size_t bytes) {
    char* taken = next_;
    next_ += bytes;
    return taken;
  }

  // new char[] is aligned for every type the arena holds.
  void NextChunk(size_t bytes) {
    for (size_t i = next_ == nullptr ? 0 : chunk_ + 1; i < chunks_.size(); ++i) {
      if (chunks_[i].size >= bytes) {
        Use(i);
        return;
      }
    }
    const size_t size = bytes > kChunkBytes ? bytes : kChunkBytes;
    chunks_.push_back({std::make_unique_for_overwrite<char[]>(size), size});
    held_ += size;
    Use(chunks_.size() - 1);
  }

  void Use(size_t i) {
    chunk_ = i;
    next_ = chunks_[i].bytes.get();
    end_ = next_ + chunks_[i].size;
  }

  std::vector<Chunk> chunks_;
  size_t chunk_ = 0;
  size_t held_ = 0;
  char* next_ = nullptr;
  char* end_ = nullptr;
};

}  // namespace writ

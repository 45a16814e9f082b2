// A block of bytes that grows in place where it can, is never filled in, and can be given back.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <new>

namespace writ {

class Bytes {
 public:
  Bytes() = default;
  Bytes(const Bytes&) = delete;
  Bytes& operator=(const Bytes&) = delete;
  ~Bytes() { std::free(data_); }

  char* data() { return data_; }
  const char* data() const { return data_; }
  size_t size() const { return size_; }

  // Keeps what fits. Large blocks move by page tables (mremap), not by copying, so that a long
  // line never costs twice its size.
  void Resize(size_t size) {
    if (size == 0) {
      std::free(data_);
      data_ = nullptr;
    } else {
      void* moved = std::realloc(data_, size);
      if (moved == nullptr) throw std::bad_alloc();
      data_ = static_cast<char*>(moved);
    }
    size_ = size;
  }

 private:
  char* data_ = nullptr;
  size_t size_ = 0;
};

}  // namespace writ

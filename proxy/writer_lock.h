// Whether the process that writes a file is still alive.
//
// It holds a lock on what it has open, which the kernel takes away with its last descriptor,
// however the process ends. A process id would not do: it is used again, and is another one in a
// container. The lock is one of an open file description, so that others may open and close the
// file as they like, and that whoever only asks takes nothing: nobody finds a file locked because
// somebody looks at it.
//
// Tested by tests/proxy/writer_lock_test.cc.
#pragma once

#include <cstdint>

namespace writ {

// For as long as the file is open. False while a lock of somebody else's is in the way: it is to be
// tried again. Where a file system has no such locks nobody can tell, and nothing else is lost.
bool ShowThatItIsWritten(int file);

enum class Writer : uint8_t { kGone, kAlive, kUnknown };
// `file` may be open for reading only.
Writer WriterOf(int file);

}  // namespace writ

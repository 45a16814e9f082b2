// Memory that is freed and not given back.
#pragma once

namespace writ {

// Compiling a policy takes more memory than running it. The C library keeps what was freed for the
// next to ask; of what runs for long nobody asks for it, so it goes back to the system here, where
// that can be told.
void GiveBackFreedMemory();

}  // namespace writ

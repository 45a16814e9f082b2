// What the commands print. Nothing here throws.
//
// A stdout that cannot be written fails the command, at its end: what it said may be lost. A
// stderr that cannot be written changes nothing: there is nobody left to tell.
#pragma once

#include <string>
#include <string_view>

namespace writ {

void PrintOut(std::string_view text);
// JSON text, with what in its strings could act on a terminal escaped: it means the same.
void PrintJson(std::string_view json);
void PrintErr(std::string_view text);

// "writ: error: …" and, unless empty, a line with the hint; as a terminal may be given it.
std::string ErrorText(std::string_view message, std::string_view hint = {});
// That on stderr.
void PrintError(std::string_view message, std::string_view hint = {});

// Writes out what PrintOut holds back.
void FlushOut();

// The same at the end. Returns `status`, or kExitUsage if any of the output could
// not be written; says so on stderr, except of a reader that went away.
int FinishOutput(int status);

}  // namespace writ

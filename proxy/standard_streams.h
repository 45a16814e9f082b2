// Standard input, output and error that were closed by whoever started this process are replaced
// by /dev/null. Otherwise the next descriptor opened would take their number, and be read as
// messages of the client or be written to as its output.
//
// To be called before anything is opened.
#pragma once

namespace writ {

void ReplaceMissingStandardStreams();

}  // namespace writ

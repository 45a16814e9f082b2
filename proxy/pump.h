// Moves lines between a client (our stdin and stdout) and a server (a Child), asking a session
// about each.
//
// One thread, one poll loop, no copies beyond the read buffer: an allowed line is written from the
// buffer it was read into, straight to the other side if that side takes it, queued only if not.
// Backpressure both ways: a side is not read while what it would produce has nowhere to go (more
// than PumpOptions::queue_bytes waiting for its reader), so memory is bounded by a few times the
// longest line whatever the peers do. The client is read on while only the server's lines wait for
// it: a client that writes before it reads must get its line through, or both would wait for ever.
//
// How a session ends (docs/architecture.md, "The end of a session"):
//   client closes its output   lines already read are delivered, the server's input is closed, and
//                              what it still answers is delivered, for grace_seconds at most; then
//                              SIGTERM, then SIGKILL, all within ten seconds; one error for every
//                              request in flight, unless the server ended by itself with status 0
//                                                                                   status 0
//   client stops reading       (EPIPE) the same, nothing more is written           status 0
//   writing to the client      (a full disk, say) the same, and it is logged, also after the
//   fails otherwise            client has closed its output                        status 1
//   reading from the client    the same as a client that closes its output, and it is logged
//   fails                                                                          status 0
//   server exits or closes     what it wrote is delivered, then one error for every request in
//   its output                 flight, then writ exits             its status, or 128 + signal
//   server closes its input    it is given grace_seconds to go; then as above
//   SIGTERM, SIGINT, SIGHUP    as if the client had closed; the server is told by SIGTERM at
//   (which a session may take  once, and by SIGKILL on a second signal              128 + signal
//   for something else)
#pragma once

#include <cstddef>

#include "proxy/child.h"
#include "proxy/log.h"
#include "proxy/session.h"

namespace writ {

struct PumpOptions {
  size_t max_line_bytes = 16u << 20;  // longer lines are thrown away and logged
  size_t queue_bytes = 256u << 10;    // per direction, before the producer is no longer read
  // For each of: end of input, SIGTERM. Clients give a server two seconds for each before they
  // kill it: whoever does not end must be killed here before the client kills writ.
  double grace_seconds = 1.5;
};

// Runs until the session is over and returns writ's exit status. Owns nothing but the buffers;
// takes over SIGTERM, SIGINT, SIGHUP and SIGCHLD and ignores SIGPIPE for the time it runs (see
// proxy/signals.h for what that asks of other threads). client_in and client_out may be shared
// with other processes: their flags are left alone (see proxy/channel.h).
int RunPump(int client_in, int client_out, Child& server, SessionInterface& session, const Log& log,
            const PumpOptions& options);

}  // namespace writ

// Audit records to the system's log.
// Tested by tests/proxy/audit_syslog_test.cc.
#include "proxy/audit_syslog.h"

#include <fmt/core.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>

#include "proxy/audit_chain.h"

namespace writ {
namespace {

using Clock = std::chrono::steady_clock;

// A daemon that reads takes what is there in less; one that is slow holds nobody up for longer, and
// not again before that.
constexpr auto kPatience = std::chrono::milliseconds(100);
constexpr auto kBetweenPatience = std::chrono::seconds(1);

int PriorityOf(std::string_view record) {
  const bool is_plain = record.find("\"verdict\":\"allow\"") != std::string_view::npos;
  const std::optional<SealedRecord> sealed = ReadSealedRecord(record);
  const bool is_warning =
      sealed.has_value() && (sealed->kind == "refusal" || sealed->kind == "lost" ||
                             (sealed->kind == "decision" && !is_plain));
  return LOG_AUTHPRIV | (is_warning ? LOG_WARNING : LOG_INFO);
}

std::string HeaderOf(std::string_view record) {
  const time_t now = time(nullptr);
  tm local{};
  localtime_r(&now, &local);
  std::array<char, 32> text;
  const size_t size = strftime(text.data(), text.size(), "%b %e %H:%M:%S", &local);
  return fmt::format("<{}>{} writ[{}]: ", PriorityOf(record), std::string_view(text.data(), size),
                     getpid());
}

}  // namespace

tl::expected<std::unique_ptr<AuditSyslog>, std::string> AuditSyslog::Open(std::string path) {
  std::unique_ptr<AuditSyslog> made(new AuditSyslog(std::move(path)));
  if (std::string fault = made->Connect(); !fault.empty()) return tl::unexpected(std::move(fault));
  return made;
}

std::string AuditSyslog::Connect() {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path_.size() >= sizeof address.sun_path) return fmt::format("{} is too long a path", path_);
  std::memcpy(address.sun_path, path_.data(), path_.size());
  Descriptor made(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!made.is_open() ||
      connect(made.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return fmt::format("the system's log is not reached at {}: {}", path_, std::strerror(errno));
  }
  socket_ = std::move(made);
  return {};
}

// A daemon that was started anew listens on another socket.
bool AuditSyslog::Send(std::string_view record, Written& written) {
  const std::string header = HeaderOf(record);
  iovec parts[2] = {{const_cast<char*>(header.data()), header.size()},
                    {const_cast<char*>(record.data()), record.size()}};
  msghdr message{};
  message.msg_iov = parts;
  message.msg_iovlen = 2;
  bool reconnected = false;
  for (;;) {
    if (!socket_.is_open()) {
      if (written.fault = Connect(); !written.fault.empty()) return false;
      reconnected = true;
    }
    if (sendmsg(socket_.get(), &message, MSG_NOSIGNAL) >= 0) return true;
    if (errno == EINTR) continue;
    const int error = errno;
    if ((error == ECONNREFUSED || error == ENOTCONN || error == ECONNRESET || error == EPIPE) &&
        !reconnected) {
      socket_ = Descriptor();
      continue;
    }
    written.is_busy = error == EAGAIN;
    written.fault = fmt::format("the system's log at {} does not take a record: {}", path_,
                                std::strerror(error));
    return false;
  }
}

void AuditSyslog::AwaitRoom() {
  AwaitRoomUntil(Clock::now() + kPatience);
}

void AuditSyslog::AwaitRoomUntil(Clock::time_point deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
  pollfd entry = {socket_.get(), POLLOUT, 0};
  poll(&entry, 1, std::max(static_cast<int>(left.count()), 0));
}

AuditSink::Written AuditSyslog::Write(std::string_view lines) {
  Written written;
  const Clock::time_point deadline = Clock::now() + kPatience;
  while (written.taken < lines.size()) {
    const size_t end = lines.find('\n', written.taken);
    const std::string_view record = lines.substr(written.taken, end - written.taken);
    if (Send(record, written)) {
      written.taken = end + 1;
      continue;
    }
    if (!written.is_busy || Clock::now() < patient_from_) return written;
    if (Clock::now() >= deadline) {
      patient_from_ = Clock::now() + kBetweenPatience;
      return written;
    }
    AwaitRoomUntil(deadline);
    written.is_busy = false;
    written.fault.clear();
  }
  return written;
}

}  // namespace writ

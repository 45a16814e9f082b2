// Whatever a client does by itself, nothing that it took is given back.
//
// Random sessions of a client that cancels, repeats ids in every spelling, answers its own
// requests and those of the server, sends what is no message, has calls forgotten, and leaves; in
// front of a server that is honest: it answers a call with a result, a method that it does not know
// with an error, and what was cancelled with an error, a result, or not at all; a response that it
// did not ask for it may answer with an error. Every other server is careless besides: it reads
// texts as numbers, wraps them, knows methods in any case, and answers with the id as it read it.
// At the end of each session what is counted is what reached the server.
//
// WRIT_SOAK=1 in the environment plays a million of them, others each time.
#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "proxy/counters_memory.h"
#include "proxy/line.h"
#include "proxy/policy_session.h"
#include "proxy/programs.h"

namespace writ {
namespace {

constexpr int64_t kPlenty = 1'000'000'000;

std::shared_ptr<const VerifiedProgram> MakeProgram() {
  return ProgramByHand().Tool("limited").Limit("plenty", kPlenty).Build();
}

// How ids are written, and what servers answer with: one that reads them as JavaScript does, and a
// careless one.
struct Spelling {
  const char* id;
  const char* exact;
  const char* careless;
};
constexpr Spelling kIds[] = {
    {"1", "1", "1"},
    {"\"1\"", "\"1\"", "1"},
    {"\"\\u0031\"", "\"1\"", "1"},
    {"\" 1\"", "\" 1\"", "1"},
    {"\"1.0\"", "\"1.0\"", "1"},
    {"1.0", "1", "1"},
    {"1e0", "1", "1"},
    {"4294967297", "4294967297", "1"},
    {"-0", "0", "0"},
    {"0", "0", "0"},
    {"\"\"", "\"\"", "0"},
    {"9007199254740993", "9007199254740992", "2147483647"},
    {"9007199254740992", "9007199254740992", "2147483647"},
    {"2147483647", "2147483647", "2147483647"},
    {"null", "null", "null"},
    {"\"x\"", "\"x\"", "\"x\""},
    {"2", "2", "2"},
    {"3", "3", "3"},
    {"4", "4", "4"},
    {"5", "5", "5"},
};

constexpr size_t kPlainIds = 5;  // the last of them

class Play {
 public:
  Play(std::shared_ptr<const VerifiedProgram> program, Counters& counters, const Log& log,
       std::mt19937& random)
      : random_(random),
        is_careless_(Random(2) == 0),
        is_plain_(Random(2) == 0),
        session_(std::move(program), counters, log, Options()) {}

  // Returns how many calls reached the server.
  int64_t Run() {
    const int moves = static_cast<int>(Random(48));
    for (int i = 0; i < moves; ++i) Move();
    if (Random(4) == 0) Leave();
    if (Random(2) == 0) {
      std::string answers;
      session_.OnServerGone("exited with status 1", &answers);
    }
    return reached_;
  }

 private:
  struct Pending {
    std::string id;  // as the server read it
    bool is_call = false;
    bool is_cancelled = false;
  };

  SessionOptions Options() {
    SessionOptions options;
    options.max_in_flight = 2 + Random(5);
    options.clock = [] { return Time(600); };
    return options;
  }

  uint64_t Random(uint64_t below) { return random_() % below; }
  const Spelling& Id() {
    return kIds[is_plain_ ? std::size(kIds) - 1 - Random(kPlainIds) : Random(std::size(kIds))];
  }
  std::string Read(const Spelling& id) const { return is_careless_ ? id.careless : id.exact; }

  void Move() {
    switch (Random(12)) {
      case 0:
      case 1:
      case 2:
      case 3: return Call(Id());
      case 4: return Other(Id());
      case 5:
      case 6: return Cancel(Id());
      case 7: return Answer(Id());
      case 8: session_.OnClientLineLost("it is longer than 1024 bytes", 2000); return;
      case 9: Send(R"({"jsonrpc":"2.0","id":)" + std::string(Id().id) + R"(,"method":)"); return;
      default: return ServerAnswers();
    }
  }

  bool Send(const std::string& text) {
    const Line line(text);
    std::string answer;
    return session_.OnClientLine(line.view(), &answer) == ClientAction::kForward;
  }

  void Call(const Spelling& id) {
    const std::string meta = Random(4) == 0 ? R"(,"_meta":{"progressToken":1})" : "";
    if (!Send(R"({"jsonrpc":"2.0","id":)" + std::string(id.id) +
              R"(,"method":"tools/call","params":{"name":"limited")" + meta + "}}")) {
      return;
    }
    ++reached_;
    pending_.push_back({Read(id), true, false});
  }

  void Other(const Spelling& id) {
    const std::string method = Random(2) == 0 ? "no/such" : "initialize";
    if (Send(R"({"jsonrpc":"2.0","id":)" + std::string(id.id) + R"(,"method":")" + method +
             R"(","params":{}})")) {
      pending_.push_back({Read(id), false, false});
    }
  }

  void Cancel(const Spelling& id) {
    const bool is_plain = !is_careless_ || Random(2) == 0;
    const std::string method = is_plain ? "notifications/cancelled" : "Notifications/CANCELLED";
    if (!Send(R"({"jsonrpc":"2.0","method":")" + method + R"(","params":{"requestId":)" + id.id +
              "}}")) {
      return;
    }
    for (Pending& request : pending_) {
      if (request.id == Read(id)) request.is_cancelled = true;
    }
  }

  // A server whose input has ended fails what it has not finished.
  void Leave() {
    session_.OnClientGone();
    for (const Pending& request : pending_) {
      const Line line(R"({"jsonrpc":"2.0","id":)" + request.id +
                      R"(,"error":{"code":0,"message":"the input has ended"}})");
      std::string replacement;
      session_.OnServerLine(line.view(), &replacement);
    }
    pending_.clear();
  }

  // As if the client were the server, or what the server asked for and may have given up.
  void Answer(const Spelling& id) {
    const char* what =
        Random(2) == 0 ? R"("error":{"code":-32000,"message":"no"})" : R"("result":{})";
    if (!Send(R"({"jsonrpc":"2.0","id":)" + std::string(id.id) + "," + what + "}")) return;
    if (Random(2) == 0) pending_.push_back({Read(id), false, false});
  }

  // One of those it has, in any order.
  void ServerAnswers() {
    if (pending_.empty()) return;
    const size_t at = Random(pending_.size());
    const Pending request = pending_[at];
    pending_.erase(pending_.begin() + static_cast<std::ptrdiff_t>(at));
    if (request.is_cancelled && Random(3) == 0) return;
    const bool fails = request.is_cancelled ? Random(2) == 0 : !request.is_call;
    const char* what = fails ? R"("error":{"code":-32601,"message":"no"})"
                             : R"("result":{"content":[],"isError":true})";
    const Line line(R"({"jsonrpc":"2.0","id":)" + request.id + "," + what + "}");
    std::string replacement;
    session_.OnServerLine(line.view(), &replacement);
  }

  std::mt19937& random_;
  const bool is_careless_;
  const bool is_plain_;  // its client has ids that all servers read alike, and few of them
  PolicySession session_;
  std::vector<Pending> pending_;
  int64_t reached_ = 0;
};

TEST(Refund, IsNothingThatAClientGetsByItself) {
  const bool soaks = std::getenv("WRIT_SOAK") != nullptr;
  const int sessions = soaks ? 1'000'000 : 10'000;
  const auto program = MakeProgram();
  ASSERT_NE(program, nullptr);
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> log_file(std::tmpfile(), &std::fclose);
  ASSERT_NE(log_file, nullptr);
  const Log log(LogLevel::kError, fileno(log_file.get()));
  MemoryCounters counters;
  const auto seed = soaks ? std::random_device{}() : 1u;
  std::mt19937 random(seed);
  int64_t reached = 0;
  for (int i = 0; i < sessions; ++i) {
    reached += Play(program, counters, log, random).Run();
    int64_t counted = -1;
    ASSERT_TRUE(counters.Read((*program)->counters.at(0), 600, &counted, nullptr));
    ASSERT_EQ(counted, reached) << "seed " << seed << ", session " << i;
  }
  EXPECT_GT(reached, sessions);
}

}  // namespace
}  // namespace writ

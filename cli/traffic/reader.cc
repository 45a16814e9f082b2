// Recorded traffic, in order.
// Tested by tests/cli/traffic_reader_test.cc.
#include "cli/traffic/reader.h"

#include <algorithm>
#include <tuple>

#include "cli/traffic/traffic_file.h"
#include "compiler/compile.h"

namespace writ {
namespace {

std::shared_ptr<const VerifiedProgram> ProgramOfNothing() {
  Diagnostics none;
  return CompileTexts(
      {{std::make_shared<const Source>("nothing", "writ: 1\ndefault: allow\n"), ""}}, none, {},
      nullptr);
}

// For a heap: the one that comes first is the greatest.
bool ComesLater(const std::unique_ptr<TrafficFile>& a, const std::unique_ptr<TrafficFile>& b) {
  const auto key = [](const TrafficFile& file) {
    return std::tuple(file.time().seconds, file.time().nanoseconds, file.number());
  };
  return key(*a) > key(*b);
}

}  // namespace

TrafficReader::TrafficReader(TrafficOptions options)
    : options_(std::move(options)), sources_(options_.paths), nothing_(ProgramOfNothing()) {}

TrafficReader::~TrafficReader() = default;

std::string TrafficReader::Open() {
  if (std::string fault = sources_.Find(); !fault.empty()) return fault;
  TrafficSummary unused;
  for (size_t i = 0; i < sources_.files().size(); ++i) {
    auto source = writ::Open(sources_.files()[i]);
    if (!source.has_value()) return source.error();
    TrafficFile file(i, sources_.files()[i].path, std::move(*source), options_.start, nothing_,
                     unused);
    bytes_ += file.bytes();
    order_.push_back({i, file.Begin()});
  }
  std::stable_sort(order_.begin(), order_.end(), [](const Waiting& a, const Waiting& b) {
    return std::tuple(a.begin.seconds, a.begin.nanoseconds) <
           std::tuple(b.begin.seconds, b.begin.nanoseconds);
  });
  summary_.files = order_.size();
  return {};
}

void TrafficReader::Rewind() {
  open_.clear();
  current_.reset();
  waiting_ = 0;
  bytes_done_ = 0;
  summary_ = {};
  summary_.files = order_.size();
}

// Files take their numbers from the order in which they begin.
std::unique_ptr<TrafficFile> TrafficReader::OpenFile(size_t number) {
  const AuditSource& source = sources_.files()[order_[number].file];
  auto opened = writ::Open(source);
  if (opened.has_value()) {
    return std::make_unique<TrafficFile>(number, source.path, std::move(*opened), options_.start,
                                         nothing_, summary_);
  }
  ++summary_.unreadable;
  summary_.unreadable_places.push_back({source.path, 0, opened.error()});
  return nullptr;
}

void TrafficReader::Advance(std::unique_ptr<TrafficFile> file) {
  if (!file->Next()) {
    bytes_done_ += file->bytes();
    return;
  }
  open_.push_back(std::move(file));
  std::push_heap(open_.begin(), open_.end(), ComesLater);
}

TrafficReader::Found TrafficReader::Next() {
  if (current_ != nullptr) Advance(std::move(current_));
  const auto begins_first = [this](const Waiting& next) {
    const Time head = open_.front()->time();
    return std::tuple(next.begin.seconds, next.begin.nanoseconds, waiting_) <
           std::tuple(head.seconds, head.nanoseconds, open_.front()->number());
  };
  while (waiting_ < order_.size() && (open_.empty() || begins_first(order_[waiting_]))) {
    if (auto file = OpenFile(waiting_++)) Advance(std::move(file));
  }
  if (open_.empty()) return Found::kEnd;
  std::pop_heap(open_.begin(), open_.end(), ComesLater);
  current_ = std::move(open_.back());
  open_.pop_back();
  return current_->is_call() ? Found::kCall : Found::kAnswer;
}

const RecordedCall& TrafficReader::call() const {
  return current_->call();
}

const RecordedAnswer& TrafficReader::answer() const {
  return current_->answer();
}

uint64_t TrafficReader::bytes_read() const {
  uint64_t bytes = bytes_done_;
  for (const auto& file : open_) bytes += file->bytes_read();
  return bytes + (current_ != nullptr ? current_->bytes_read() : 0);
}

}  // namespace writ

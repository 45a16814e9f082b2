// From the YAML parser's events to a checked tree.
// Tested by tests/compiler/yaml/yaml_test.cc
#include "compiler/yaml/tree.h"

#include <fmt/core.h>

#include <algorithm>

#include "compiler/yaml/lines.h"
#include "compiler/yaml/repair.h"
#include "compiler/yaml/scalar.h"
#include "compiler/yaml/syntax.h"
#include "compiler/yaml/text.h"

namespace writ::yaml {
namespace {

constexpr std::string_view kMergeKey = "<<";
constexpr std::string_view kCoreTags = "tag:yaml.org,2002:";

bool IsMappingOrListOfThem(const Node& node) {
  if (node.kind == Kind::kMapping) return true;
  return node.kind == Kind::kSequence &&
         std::all_of(node.items.begin(), node.items.end(),
                     [](const Node* item) { return item->kind == Kind::kMapping; });
}

}  // namespace

size_t TreeBuilder::OffsetOf(const YAML::Mark& mark) const {
  if (mark.is_null()) return last_offset_;
  return std::min(begin_ + static_cast<size_t>(mark.pos), text_.size());
}

size_t TreeBuilder::LastInBlock() const {
  const auto flow =
      std::find_if(frames_.begin(), frames_.end(), [](const Frame& frame) { return frame.flow; });
  return flow == frames_.end() ? last_offset_ : flow->spot.offset;
}

void TreeBuilder::OnDocumentStart(const YAML::Mark& mark) {
  // Second documents were found before, so this is something behind the first one's only node.
  if (start_) {
    const size_t offset = OffsetOf(mark);
    CheckIndentation(text_, offset, report_);
    report_.Fatal(offset, 1, "this does not belong to the YAML above it",
                  "indent what belongs together alike; put text with special characters in quotes");
  }
  start_ = OffsetOf(mark);
}

void TreeBuilder::OnAnchor(const YAML::Mark& mark, const std::string& name) {
  const bool usual = std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           c == '-';
  });
  if (usual) return;
  report_.Error(OffsetOf(mark), 1,
                fmt::format("the name of YAML anchor {} has more than letters, digits, _ and -",
                            Quote("&" + name)),
                "rename it; if this is text, put it in quotes");
}

void TreeBuilder::OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) {
  const size_t offset = OffsetOf(mark);
  const size_t at = SkipProperties(text_, offset);
  Arrive(offset);
  Node* const node = NewNode(offset);
  Spot spot;
  const bool in_collection = !frames_.empty();
  // For a key that nothing follows the parser places the null at the key itself.
  const bool at_key = in_collection && frames_.back().key && offset < frames_.back().key->spot.end;
  if (!at_key && NullIsWrittenAt(text_, at)) {
    node->text = text_[at] == '~' ? "~" : text_.substr(at, 4);
    spot = {at, static_cast<uint32_t>(node->text.size()), at + node->text.size()};
    const bool is_key = in_collection && frames_.back().AwaitsKey();
    uncertain_null_ = UncertainNull{node, at, LeftOutAt(at), is_key};
  } else if (at_key || at == offset) {
    CheckLeftOut(offset);
    spot = LeftOutAt(offset);
  } else {
    spot.offset = offset;
  }
  Place(node, spot);
  if (anchor != YAML::NullAnchor) anchors_.insert({anchor, {node, {}}});
  Attach(node, spot, {});
}

void TreeBuilder::OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) {
  const size_t offset = OffsetOf(mark);
  Arrive(offset);
  CheckPlace(offset, false);
  const auto found = anchors_.find(anchor);
  const size_t end = std::min(text_.find_first_of(" \t\r\n,[]{}", offset), text_.size());
  const std::string_view name = text_.substr(offset, end - offset);
  const auto length = static_cast<uint32_t>(CountCharacters(name));
  if (found == anchors_.end()) {
    report_.Fatal(
        offset, length,
        fmt::format("YAML alias {} stands inside the node of its own anchor", Quote(name)),
        "nothing can contain itself; write out what is meant");
  }
  const Anchored& target = found->second;
  nodes_ += target.extent.nodes;
  if (nodes_ > kMaxYamlNodes) {
    report_.Fatal(offset, length,
                  fmt::format("with alias {} the YAML expands to more than {} nodes", Quote(name),
                              kMaxYamlNodes),
                  "use fewer aliases of large nodes");
  }
  if (frames_.size() + target.extent.height > kMaxYamlDepth) {
    report_.Fatal(offset, length,
                  fmt::format("with alias {} the YAML is nested more than {} levels deep",
                              Quote(name), kMaxYamlDepth),
                  "nest less");
  }
  Attach(target.node, {offset, length, end}, target.extent);
}

void TreeBuilder::OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                           const std::string& value) {
  const size_t offset = OffsetOf(mark);
  Arrive(offset);
  CheckPlace(offset, false);
  Node* const node = NewNode(offset);
  Spot spot{SkipProperties(text_, offset)};
  ScalarLook look = LookAtScalar(text_, spot.offset, value);
  const bool block = look.style == Node::Style::kLiteral || look.style == Node::Style::kFolded;
  if (value.empty() && spot.offset != offset && !block && look.end != spot.offset + 2) {
    // Nothing stands behind the tag; what was looked at is what comes next.
    spot = {offset};
    look = {Node::Style::kPlain, 1, offset, true};
  }
  spot.length = look.length;
  spot.end = look.end;
  if (!look.closed) {
    const Explanation why = ExplainUnclosedQuote(spot.offset);
    report_.Fatal(why.offset, why.length, why.message, why.hint);
  }
  node->style = look.style;
  node->text = RepairValue(text_, spot.offset, look, value);
  node->tag = TakeTag(tag, Kind::kScalar, node->text, offset, spot);
  Place(node, spot);
  if (anchor != YAML::NullAnchor) anchors_.insert({anchor, {node, {}}});
  Attach(node, spot, {});
}

void TreeBuilder::OnSequenceStart(const YAML::Mark& mark, const std::string& tag,
                                  YAML::anchor_t anchor, YAML::EmitterStyle::value style) {
  Open(Kind::kSequence, mark, tag, anchor, style != YAML::EmitterStyle::Block);
}

void TreeBuilder::OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                             YAML::EmitterStyle::value style) {
  Open(Kind::kMapping, mark, tag, anchor, style != YAML::EmitterStyle::Block);
}

void TreeBuilder::OnMapEnd() {
  if (frames_.back().merged) MergeInto(frames_.back());
  Close();
}

void TreeBuilder::Open(Kind kind, const YAML::Mark& mark, const std::string& tag,
                       YAML::anchor_t anchor, bool flow) {
  const size_t offset = OffsetOf(mark);
  Arrive(offset);
  CheckPlace(offset, kind == Kind::kSequence && !flow);
  const Spot spot{SkipProperties(text_, offset)};
  if (frames_.size() >= kMaxYamlDepth) {
    report_.Fatal(spot.offset, 1,
                  fmt::format("the YAML is nested more than {} levels deep", kMaxYamlDepth),
                  "nest less");
  }
  Node* const node = NewNode(offset);
  node->kind = kind;
  node->tag = TakeTag(tag, kind, {}, offset, spot);
  Place(node, spot);
  Frame frame{node, anchor, flow, spot};
  // A block mapping starts at its first key, and so does `a: b` as an entry of a flow sequence.
  const bool bracket = flow && text_.substr(spot.offset).starts_with('{');
  frame.starts_at_key = kind == Kind::kMapping && !bracket;
  frames_.push_back(std::move(frame));
}

void TreeBuilder::Close() {
  const Frame frame = std::move(frames_.back());
  frames_.pop_back();
  if (frame.anchor != YAML::NullAnchor) anchors_.insert({frame.anchor, {frame.node, frame.extent}});
  Attach(frame.node, frame.spot, frame.extent);
}

void TreeBuilder::Attach(const Node* node, Spot spot, Extent extent) {
  if (frames_.empty()) {
    document_.set_root(node);
    return;
  }
  Frame& frame = frames_.back();
  frame.extent.nodes += extent.nodes;
  frame.extent.height = std::max(frame.extent.height, extent.height + 1);
  if (frame.node->kind == Kind::kSequence) {
    frame.node->items.push_back(node);
  } else if (frame.AwaitsKey()) {
    TakeKey(frame, node, spot);
  } else {
    TakeValue(frame, node, spot);
  }
}

void TreeBuilder::TakeKey(Frame& frame, const Node* node, Spot spot) {
  if (frame.starts_at_key) {
    frame.starts_at_key = false;
    frame.spot = spot;
    Place(frame.node, spot);
    frame.indent = report_.At(FindKeyStart(text_, last_offset_)).column - 1;
  }
  frame.key = PendingKey{node, spot, false, false};
  if (node->kind != Kind::kScalar) {
    frame.key->refused = true;
    report_.Error(spot.offset, spot.length, "a YAML key must be a scalar, not a list or a mapping",
                  "put the key in quotes if it is text");
    return;
  }
  const auto [earlier, fresh] = frame.keys.try_emplace(node->text, spot.offset);
  if (!fresh) {
    frame.key->refused = true;
    report_.Error(spot.offset, spot.length,
                  fmt::format("duplicate key {}, which this mapping has on line {} already",
                              Quote(node->text), report_.At(earlier->second).line),
                  "keep one of them");
    return;
  }
  frame.key->merges =
      node->text == kMergeKey && node->style == Node::Style::kPlain && node->tag.empty();
}

void TreeBuilder::TakeValue(Frame& frame, const Node* node, Spot spot) {
  const PendingKey key = *frame.key;
  frame.key.reset();
  if (key.refused) return;
  if (!key.merges) {
    frame.node->members.push_back({key.node, node});
  } else if (IsMappingOrListOfThem(*node)) {
    frame.merged = node;
  } else {
    report_.Error(spot.offset, spot.length,
                  "the merge key \"<<\" needs a mapping, or a list of mappings",
                  "name an anchor's mapping, as in <<: *defaults, or put the key in quotes");
  }
}

void TreeBuilder::MergeInto(Frame& frame) {
  const auto merge = [&frame](const Node& from) {
    for (const Member& member : from.members) {
      if (frame.keys.try_emplace(member.key->text, 0).second) {
        frame.node->members.push_back(member);
      }
    }
  };
  if (frame.merged->kind == Kind::kMapping) {
    merge(*frame.merged);
  } else {
    for (const Node* from : frame.merged->items) merge(*from);
  }
}

// Every node passes here first.
void TreeBuilder::Arrive(size_t offset) {
  if (uncertain_null_ && uncertain_null_->offset == offset) {
    uncertain_null_->node->text.clear();
    Place(uncertain_null_->node, uncertain_null_->left_out_at);
    if (uncertain_null_->is_key) ReportMissingKey(offset);
  }
  uncertain_null_.reset();
  last_offset_ = offset;
  ++events_;
  if (frames_.empty() || !frames_.back().flow) CheckIndentation(text_, offset, report_);
}

// The parser takes a value that starts a line without being indented more than its key.
void TreeBuilder::CheckPlace(size_t offset, bool block_sequence) {
  if (frames_.empty() || frames_.back().flow || !frames_.back().key) return;
  const Frame& frame = frames_.back();
  const std::optional<size_t> indent = FindIndent(text_, offset);
  if (!indent || *indent + (block_sequence ? 1 : 0) > frame.indent) return;
  report_.Garbled(
      offset, 1,
      fmt::format("expected a YAML key and \":\", or a value that is indented more than its key {}",
                  Quote(frame.key->node->text)),
      "add the \":\", or indent it");
}

void TreeBuilder::ReportMissingKey(size_t offset) {
  report_.Garbled(offset, 1, "the YAML key before this \":\" is missing",
                  "write the key, or put text that holds a colon in quotes");
}

// The parser takes more for a null than it should.
void TreeBuilder::CheckLeftOut(size_t next) {
  if (frames_.empty()) return;
  const Frame& frame = frames_.back();
  if (frame.node->kind == Kind::kSequence) {
    if (!frame.flow) return;
    report_.Garbled(next, 1, "an entry of this YAML list is missing",
                    "remove the comma, or write the entry");
  } else if (!frame.key) {
    ReportMissingKey(next);
  } else if (frame.key->node->kind == Kind::kScalar) {
    const Spot& key = frame.key->spot;
    if (!frame.flow && !IsMarkedAsKey(text_, key.offset, key.end)) {
      report_.Garbled(
          key.offset, key.length,
          fmt::format("expected \":\" after the YAML key {}", Quote(frame.key->node->text)),
          "add it; if this continues the text above it, indent it");
    }
    const bool plain = frame.key->node->style == Node::Style::kPlain;
    if (frame.flow && plain && key.end < text_.size() && text_[key.end] == ':' &&
        next == key.end + 1) {
      report_.Garbled(key.end, 1,
                      "a blank must follow this \":\", or YAML readers differ on the key",
                      "add a blank, or put the text in quotes");
    }
  }
}

Node* TreeBuilder::NewNode(size_t offset) {
  if (++nodes_ > kMaxYamlNodes) {
    report_.Fatal(offset, 1, fmt::format("the YAML has more than {} nodes", kMaxYamlNodes),
                  "split it, or move long lists out of it");
  }
  return document_.NewNode();
}

void TreeBuilder::Place(Node* node, Spot spot) {
  node->at = report_.At(spot.offset);
  node->length = spot.length;
  node->offset = static_cast<uint32_t>(spot.offset);
}

// What to do about a node that an author may have meant as text from its "!" on.
std::string TreeBuilder::QuoteHint(Kind kind, std::string_view value, size_t offset,
                                   const Spot& spot) const {
  const bool block =
      spot.offset < text_.size() && (text_[spot.offset] == '|' || text_[spot.offset] == '>');
  if (kind != Kind::kScalar || block) {
    return "remove it, or put text that starts with \"!\" in single quotes";
  }
  if (!frames_.empty() && frames_.back().AwaitsKey()) {
    return "remove it, or put a key that starts with \"!\" in single quotes";
  }
  std::string quoted;
  if (spot.offset < text_.size() && (text_[spot.offset] == '"' || text_[spot.offset] == '\'')) {
    // In { } and [ ] the rest of the line may be no part of it.
    const bool flow = !frames_.empty() && frames_.back().flow;
    const bool below = text_.substr(offset, spot.offset - offset).find('\n') != std::string::npos;
    const size_t size = flow ? spot.end - offset : std::string_view::npos;
    quoted = below ? "'…'" : InSingleQuotes(text_, offset, size);
  } else {
    // As YAML folds it, since it may stand on the lines below.
    std::string joined(WrittenTag(text_, offset));
    if (!value.empty()) joined.append(" ").append(value);
    quoted = joined.find('\n') == std::string::npos ? InSingleQuotes(joined, 0) : "'…'";
  }
  return fmt::format("put text that starts with \"!\" in single quotes: {}", quoted);
}

std::string TreeBuilder::TakeTag(const std::string& tag, Kind kind, std::string_view value,
                                 size_t offset, const Spot& spot) {
  if (tag == "?" || tag == "!" || tag.empty()) {
    // The parser says "!" of quoted text too. Where it is written, it is hardly ever meant as a tag
    // and always lost: `require: ! args.force` would be the opposite of what it says.
    const std::string_view written = tag == "!" ? WrittenTag(text_, offset) : std::string_view();
    if (!written.empty()) {
      const auto at = static_cast<size_t>(written.data() - text_.data());
      const size_t length = written.starts_with("!<") ? CountCharacters(written) : 1;
      report_.Garbled(at, static_cast<uint32_t>(length),
                      "YAML reads this \"!\" as a tag, and leaves it out",
                      QuoteHint(kind, value, at, spot));
    }
    return {};
  }
  const bool core = tag.starts_with(kCoreTags);
  std::string name = core ? "!!" + tag.substr(kCoreTags.size()) : tag;
  const auto length = static_cast<uint32_t>(CountCharacters(name));
  const bool scalar = core && IsScalarTag(name);
  if (name.starts_with('!') && !name.starts_with("!!")) {
    report_.Garbled(offset, length,
                    fmt::format("YAML reads {} as a tag, which it does not know", Quote(name)),
                    QuoteHint(kind, value, offset, spot));
    return {};
  }
  if (!scalar && name != "!!map" && name != "!!seq") {
    report_.Error(offset, length, fmt::format("unknown tag {} in YAML", Quote(name)),
                  "use !!str, !!int, !!float, !!bool, !!null, !!seq or !!map; put text that "
                  "starts with \"!\" in quotes");
    return {};
  }
  const bool fits = kind == Kind::kSequence  ? name == "!!seq"
                    : kind == Kind::kMapping ? name == "!!map"
                                             : scalar && FitsTag(name, value);
  if (!fits) {
    const std::string what = kind == Kind::kSequence  ? "a list"
                             : kind == Kind::kMapping ? "a mapping"
                                                      : Quote(value);
    report_.Error(offset, length, fmt::format("YAML tag {} does not fit {}", name, what),
                  "remove the tag, or mend the value");
  }
  return name;
}

// Where to point for a null that nothing stands for: at its key, or at the dash of its entry.
TreeBuilder::Spot TreeBuilder::LeftOutAt(size_t next) const {
  if (frames_.empty()) return {next};
  const Frame& frame = frames_.back();
  if (frame.key) return frame.key->spot;
  if (frame.node->kind == Kind::kSequence && !frame.flow) return {FindEmptyEntry(text_, next)};
  return {next};
}

}  // namespace writ::yaml

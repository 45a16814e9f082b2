// Builds a Document from the YAML parser's events, and refuses on the way what would make it mean
// different things to different readers, or too much for any.
//
// An alias shares its anchor's node, so that the tree is a graph without cycles. What a walk over
// it costs is bounded here, since it is known for every anchor how many nodes it stands for and how
// deep they nest: no walk meets more than kMaxYamlNodes nodes or goes deeper than kMaxYamlDepth.
#pragma once

#include <yaml-cpp/anchor.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/mark.h>

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "compiler/yaml/report.h"
#include "compiler/yaml/yaml.h"

namespace writ::yaml {

class TreeBuilder : public YAML::EventHandler {
 public:
  // `text` is that of the source, up to the document's end; the parser reads it from `begin` on.
  TreeBuilder(std::string_view text, size_t begin, Document& document, Report& report)
      : text_(text), begin_(begin), document_(document), report_(report) {}

  void OnDocumentStart(const YAML::Mark& mark) override;
  void OnDocumentEnd() override {}
  void OnAnchor(const YAML::Mark& mark, const std::string& name) override;
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override;
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override;
  void OnSequenceEnd() override { Close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override;
  void OnMapEnd() override;

  size_t OffsetOf(const YAML::Mark& mark) const;
  // Where the document starts: at its `---`, or at its node.
  size_t start() const { return start_.value_or(begin_); }
  // Where the last node starts that the parser told of.
  size_t last_offset() const { return last_offset_; }
  // How many nodes that were so far.
  size_t events() const { return events_; }
  // The last place the parser told of where no bracket was open, or the outermost open bracket.
  size_t LastInBlock() const;

 private:
  // What a node amounts to once aliases are expanded.
  struct Extent {
    size_t nodes = 1;
    uint32_t height = 0;  // collections below each other, this one included
  };

  struct Anchored {
    const Node* node;
    Extent extent;
  };

  struct Spot {
    size_t offset = 0;
    uint32_t length = 1;
    size_t end = 0;  // of scalars and aliases: the offset behind them
  };

  // A key whose value is awaited.
  struct PendingKey {
    const Node* node;
    Spot spot;
    bool refused;  // its member is not kept
    bool merges;
  };

  // A collection that is not closed yet.
  struct Frame {
    Node* node;
    YAML::anchor_t anchor;
    bool flow;
    Spot spot;
    Extent extent = {1, 1};
    bool starts_at_key = false;
    size_t indent = 0;  // of a block mapping
    std::optional<PendingKey> key = std::nullopt;
    std::unordered_map<std::string_view, size_t> keys = {};  // the offsets of a mapping's keys
    const Node* merged = nullptr;                            // the value of its merge key

    bool AwaitsKey() const { return node->kind == Kind::kMapping && !key; }
  };

  // A null that may turn out to have been left out: the parser places it where the next node is.
  struct UncertainNull {
    Node* node;
    size_t offset;
    Spot left_out_at;
    bool is_key;
  };

  void Open(Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
            bool flow);
  void Close();
  void Attach(const Node* node, Spot spot, Extent extent);
  void TakeKey(Frame& frame, const Node* node, Spot spot);
  void TakeValue(Frame& frame, const Node* node, Spot spot);
  void MergeInto(Frame& frame);

  void Arrive(size_t offset);
  void CheckPlace(size_t offset, bool block_sequence);
  void CheckLeftOut(size_t next);
  void ReportMissingKey(size_t offset);
  Node* NewNode(size_t offset);
  void Place(Node* node, Spot spot);
  void CountNodes(size_t nodes, size_t offset);
  std::string TakeTag(const std::string& tag, Kind kind, std::string_view value, size_t offset,
                      const Spot& spot);
  std::string QuoteHint(Kind kind, std::string_view value, size_t offset, const Spot& spot) const;
  Spot LeftOutAt(size_t next) const;

  std::string_view text_;
  size_t begin_;
  Document& document_;
  Report& report_;
  std::vector<Frame> frames_;
  std::unordered_map<YAML::anchor_t, Anchored> anchors_;  // of nodes that are complete
  std::optional<UncertainNull> uncertain_null_;
  size_t nodes_ = 0;
  size_t last_offset_ = 0;
  size_t events_ = 0;
  std::optional<size_t> start_;
};

}  // namespace writ::yaml

// Makes the tree while the grammar reads on.
//
// A stack machine: operands wait until what they belong to is complete. The parts of a chain of
// `&&`, `||` or conditionals wait one beside the other as a group, which becomes a node only when
// something else takes it as its operand. That is what makes chains n-ary through parentheses, at
// the cost of one push a part.
//
//   a && (b && c)      [a] [b] [c] as one group of three, then kAnd
//
// Macros leave nodes behind that nothing refers to; Finish() sweeps them out.
//
// All calls may throw a SyntaxError, which Parse() catches. Positions are pointers into the source.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "grammar/ast.h"
#include "grammar/mistakes.h"
#include "grammar/parse.h"

namespace writ::cel {

class Builder {
 public:
  // `source` must outlive the builder.
  explicit Builder(std::string_view source);

  [[noreturn]] void Fail(Expected expected, const char* at) const;

  // Nesting, which the C++ stack follows.
  void EnterExpression();
  void LeaveExpression() { --depth_; }

  // Literals. The others note where a token began that may turn out wrong.
  void Number(std::string_view digits);
  void SignedNumber(std::string_view token);
  void String(std::string_view token);
  void Boolean(std::string_view token) { PushLiteral(token, token == "true"); }
  void Null(std::string_view token) { PushLiteral(token, std::monostate()); }
  void BeginToken(const char* at) { token_at_ = Offset(at); }
  void EndToken(const char* at) { previous_end_ = Offset(at); }

  // A name is noted first; then it turns out to be an identifier, a field or a call.
  void NoteName(std::string_view token);
  void NoteField(std::string_view token);
  void Identifier();
  void SelectNoted() { AddSelect(false); }
  void Select(std::string_view token);
  void SelectOptional(std::string_view token);

  // Brackets: '(', '[' and '{', and 'f' for the "(" of a call, 'i' for the "[" of an index, 'm' for
  // the "{" of a message. Close*() gets the place of the closing one.
  void Open(char bracket, const char* at);
  void CloseParen(const char* at);
  void CloseCall(const char* at);
  void CloseList(const char* at);
  void CloseMap(const char* at);
  void CloseIndex(const char* at);
  void OpenMessage(const char* at);
  void CloseMessage(const char* at);
  void MarkOptionalIndex() { brackets_.back().optional = true; }
  void MarkOptionalEntry();

  // Operators: noted when they are read, applied when their right side is.
  void NoteUnary(const char* at);
  void RepeatUnary(const char* at);
  void NoteBinary(std::string_view token);
  void Not();
  void Negate();
  void Binary();

  // Chains: `&&` and `||` before and after the part on their right.
  void OpenGroup(Kind kind, const char* at);
  void JoinGroup(Kind kind);
  void Question(const char* at);
  void NextQuestion(const char* at);
  void Choices();

  // Makes the operand on top a node, if it is a group.
  void Settle();

  Ast Finish();

 private:
  // An operand: one node, or the parts of a chain on top of each other. [begin, end) counts the
  // parentheses around it, [inner_begin, inner_end) does not.
  struct Operand {
    Kind group = Kind::kLiteral;  // kAnd, kOr or kConditional; kLiteral if it is one node
    uint32_t count = 1;
    uint32_t begin = 0;
    uint32_t end = 0;
    uint32_t inner_begin = 0;
    uint32_t inner_end = 0;
    uint32_t at = 0;  // of a group: its first operator
  };
  struct PendingName {
    std::string_view text;
    uint32_t at = 0;
    uint32_t length = 0;
    uint32_t begin = 0;
    bool absolute = false;
    bool member = false;
  };
  struct Bracket {
    char kind = '\0';
    uint32_t at = 0;
    size_t operands = 0;  // below it
    bool optional = false;
    PendingName name;
  };
  struct PendingOperator {
    uint32_t at = 0;
    uint32_t length = 1;
    uint32_t count = 1;    // of the same unary operator
    uint32_t last_at = 0;  // of a unary operator
    Operator op = Operator::kAdd;
  };
  struct PendingChoice {
    uint32_t first_at = 0;
    uint32_t at = 0;
    uint32_t count = 1;
  };

  uint32_t Offset(const char* at) const { return static_cast<uint32_t>(at - source_.data()); }
  uint32_t Intern(std::string_view name);
  NodeId Add(Node node, const NodeId* children, size_t count);
  void Push(NodeId id);
  void AddSelect(bool optional);
  void PushLiteral(std::string_view token, Literal value);
  void Replace(size_t operands, const Node& node);
  void Replace(size_t operands, const Node& node, const std::vector<NodeId>& children);
  Bracket Close();
  Node NodeAt(Kind kind, uint32_t begin, uint32_t end, uint32_t at, uint32_t at_length) const;
  void AddUnary(Kind kind, const PendingOperator& op);
  bool FoldSign(const PendingOperator& op);

  std::string_view source_;
  Ast ast_;
  std::vector<uint32_t> heights_;  // of each node: the nesting below it that is not along a spine
  std::vector<NodeId> parts_;      // the nodes of all operands
  std::vector<Operand> operands_;
  std::vector<Bracket> brackets_;
  std::vector<PendingOperator> operators_;
  std::vector<PendingChoice> choices_;
  std::unordered_map<std::string, uint32_t> names_;
  PendingName name_;
  std::string_view digits_;
  uint32_t token_at_ = 0;
  uint32_t previous_end_ = 0;
  uint32_t depth_ = 0;
};

}  // namespace writ::cel

// The grammar of CEL, as PEGTL rules.
//
// Above each rule stands its line of the CEL specification (language definition, "Syntax"), whose
// names the rules have. Where they differ:
//
//   - The specification is left-recursive and has a lexer. Here repetition takes the place of
//     recursion on the left, and a token takes the white space after it (Token).
//   - The else of a conditional is repetition as well, so that a chain of them does not nest.
//   - A message is recognised by the "{" after a name instead of by trying: nothing is ever parsed
//     twice, so parsing is linear and each action runs once. What decides between alternatives is
//     their first token; after it, must<> raises (messages.h has the texts).
//   - Rules without a line of their own exist for their action (builder.h).
//   - The optional syntax (".?", "[?", "{?") and names in backticks are cel-go's grammar.
//
// Only the extent of literals is told here; literal.h reads them.
//
// Tested by tests/grammar/; analyze_test.cc shows that no rule can loop without consuming.
#pragma once

#include <tao/pegtl.hpp>

namespace writ::cel::grammar {

using tao::pegtl::any;
using tao::pegtl::at;
using tao::pegtl::digit;
using tao::pegtl::eof;
using tao::pegtl::identifier;
using tao::pegtl::identifier_other;
using tao::pegtl::if_must;
using tao::pegtl::must;
using tao::pegtl::not_at;
using tao::pegtl::not_one;
using tao::pegtl::one;
using tao::pegtl::opt;
using tao::pegtl::plus;
using tao::pegtl::seq;
using tao::pegtl::sor;
using tao::pegtl::star;
using tao::pegtl::success;
using tao::pegtl::two;
using tao::pegtl::xdigit;

struct Expr;

// COMMENT ::= '//' ~NEWLINE* NEWLINE
struct Comment : seq<two<'/'>, star<not_one<'\n', '\r'>>> {};
// WHITESPACE ::= [\t\n\f\r ]+
struct Whitespace : star<sor<one<'\t', '\n', '\f', '\r', ' '>, Comment>> {};

template <typename Rule>
struct Token : seq<Rule, Whitespace> {};

template <char... Letters>
struct Word : tao::pegtl::keyword<Letters...> {};

// KEYWORD ::= BOOL_LIT | NULL_LIT | "in"
struct True : Word<'t', 'r', 'u', 'e'> {};
struct False : Word<'f', 'a', 'l', 's', 'e'> {};
struct Null : Word<'n', 'u', 'l', 'l'> {};
struct In : Word<'i', 'n'> {};
struct Keyword : sor<True, False, Null, In> {};

// RESERVED ::= KEYWORD | "as" | "break" | "const" | "continue" | "else" | "for" | "function"
//            | "if" | "import" | "let" | "loop" | "package" | "namespace" | "return" | "var"
//            | "void" | "while"
// clang-format off
struct Reserved
    : sor<Keyword, Word<'a', 's'>, Word<'b', 'r', 'e', 'a', 'k'>, Word<'c', 'o', 'n', 's', 't'>,
          Word<'c', 'o', 'n', 't', 'i', 'n', 'u', 'e'>, Word<'e', 'l', 's', 'e'>,
          Word<'f', 'o', 'r'>, Word<'f', 'u', 'n', 'c', 't', 'i', 'o', 'n'>, Word<'i', 'f'>,
          Word<'i', 'm', 'p', 'o', 'r', 't'>, Word<'l', 'e', 't'>, Word<'l', 'o', 'o', 'p'>,
          Word<'p', 'a', 'c', 'k', 'a', 'g', 'e'>, Word<'n', 'a', 'm', 'e', 's', 'p', 'a', 'c', 'e'>,
          Word<'r', 'e', 't', 'u', 'r', 'n'>, Word<'v', 'a', 'r'>, Word<'v', 'o', 'i', 'd'>,
          Word<'w', 'h', 'i', 'l', 'e'>> {};
// clang-format on

// SELECTOR ::= [_a-zA-Z][_a-zA-Z0-9]* - KEYWORD
struct Selector : seq<not_at<Keyword>, identifier> {};
// IDENT ::= SELECTOR - RESERVED
struct Ident : seq<not_at<Reserved>, identifier> {};
// ESC_SELECTOR ::= '`' [a-zA-Z0-9_.\-/ ]+ '`'
struct EscapedName : plus<sor<identifier_other, one<'.', '-', '/', ' '>>> {};
struct EscapedNameEnd : one<'`'> {};
struct Backtick : one<'`'> {};
struct EscSelector : if_must<Backtick, EscapedName, EscapedNameEnd> {};

// INT_LIT ::= -? DIGIT+ | -? 0x HEXDIGIT+
// UINT_LIT ::= INT_LIT [uU]
struct WholeNumber
    : seq<sor<seq<one<'0'>, one<'x'>, plus<xdigit>>, plus<digit>>, opt<one<'u', 'U'>>> {};
// EXPONENT ::= [eE] [+-]? DIGIT+
struct Exponent : seq<one<'e', 'E'>, opt<one<'+', '-'>>, plus<digit>> {};
// FLOAT_LIT ::= -? DIGIT* . DIGIT+ EXPONENT? | -? DIGIT+ EXPONENT
struct FloatNumber
    : sor<seq<star<digit>, one<'.'>, plus<digit>, opt<Exponent>>, seq<plus<digit>, Exponent>> {};
struct NumberStart : seq<opt<one<'.'>>, digit> {};
struct NumberText : seq<sor<FloatNumber, WholeNumber>, not_at<identifier_other>> {};
struct NumberBegin : success {};
struct Number : seq<at<NumberStart>, NumberBegin, must<NumberText>> {};
// The sign is part of the literal: -9223372036854775808 is one, 9223372036854775808 is none.
struct SignedNumber : seq<opt<Token<one<'-'>>>, Number> {};

// STRING_LIT ::= [rR]? ( " ~( " | NEWLINE )* " | ' ~( ' | NEWLINE )* '
//                      | """ ~"""* """         | ''' ~'''* ''' )
// BYTES_LIT ::= [bB] STRING_LIT
struct Prefix : opt<one<'b', 'B'>> {};
struct RawPrefix : seq<opt<one<'b', 'B'>>, one<'r', 'R'>> {};
template <char Quote>
struct Triple : tao::pegtl::string<Quote, Quote, Quote> {};
struct Escape : seq<one<'\\'>, any> {};
template <typename Start, typename Quote>
struct StringStart : seq<Start, Quote> {};
template <typename Quote>
struct StringEnd : Quote {};
template <char Quote>
struct RawShort : star<not_one<Quote, '\n', '\r'>> {};
template <char Quote>
struct Short : star<sor<Escape, not_one<Quote, '\n', '\r'>>> {};
template <typename Quote>
struct RawLong : star<not_at<Quote>, any> {};
template <typename Quote>
struct Long : star<sor<Escape, seq<not_at<Quote>, any>>> {};
template <typename Start, typename Quote, typename Text>
struct Quoted : if_must<StringStart<Start, Quote>, Text, StringEnd<Quote>> {};
template <char Quote>
struct AnyQuoted : sor<Quoted<Prefix, Triple<Quote>, Long<Triple<Quote>>>,
                       Quoted<RawPrefix, Triple<Quote>, RawLong<Triple<Quote>>>,
                       Quoted<Prefix, one<Quote>, Short<Quote>>,
                       Quoted<RawPrefix, one<Quote>, RawShort<Quote>>> {};
struct StringLit : sor<AnyQuoted<'"'>, AnyQuoted<'\''>> {};

// LITERAL ::= INT_LIT | UINT_LIT | FLOAT_LIT | STRING_LIT | BYTES_LIT | BOOL_LIT | NULL_LIT
struct LiteralValue : sor<SignedNumber, StringLit, True, False, Null> {};

// An expression that ends here, so that no chain around it takes it in.
struct Item : seq<Expr> {};
struct Comma : one<','> {};
struct TrailingComma : one<','> {};
struct Colon : one<':'> {};
struct OptionalMark : one<'?'> {};

// ExprList = Expr {"," Expr} ;
struct ExprList : seq<must<Item>, star<if_must<Token<Comma>, Item>>> {};

// Arguments = "(" [ExprList] ")"
struct OpenCall : one<'('> {};
struct CloseCall : one<')'> {};
struct CallEnd : Token<CloseCall> {};
struct Arguments : if_must<Token<OpenCall>, sor<CallEnd, seq<ExprList, must<CallEnd>>>> {};

// "(" Expr ")"
struct OpenParen : one<'('> {};
struct CloseParen : one<')'> {};
struct Parenthesised : if_must<Token<OpenParen>, Expr, Token<CloseParen>> {};

// "[" [["?"] Expr {"," ["?"] Expr}] [","] "]"
struct OpenList : one<'['> {};
struct CloseList : one<']'> {};
struct OptionalElement : if_must<Token<OptionalMark>, Item> {};
struct Element : sor<OptionalElement, Item> {};
struct NextElement : sor<at<CloseList>, Element> {};
struct Elements : sor<at<CloseList>, Token<TrailingComma>,
                      seq<must<Element>, star<if_must<Token<Comma>, NextElement>>>> {};
struct List : if_must<Token<OpenList>, Elements, Token<CloseList>> {};

// MapInits = ["?"] Expr ":" Expr {"," ["?"] Expr ":" Expr} ;
// "{" [MapInits] [","] "}"
struct OpenMap : one<'{'> {};
struct CloseMap : one<'}'> {};
struct EntryColon : Colon {};
struct Entry : seq<Element, must<Token<EntryColon>>, must<Item>> {};
struct NextEntry : sor<at<CloseMap>, Entry> {};
struct Entries : sor<at<CloseMap>, Token<TrailingComma>,
                     seq<must<Entry>, star<if_must<Token<Comma>, NextEntry>>>> {};
struct Map : if_must<Token<OpenMap>, Entries, Token<CloseMap>> {};

// FieldInits = ["?"] SELECTOR ":" Expr {"," ["?"] SELECTOR ":" Expr} ;
// "{" [FieldInits] [","] "}"
struct OpenMessage : one<'{'> {};
struct CloseMessage : one<'}'> {};
struct FieldColon : Colon {};
struct FieldInit : seq<opt<Token<OptionalMark>>, Token<sor<Selector, EscSelector>>,
                       must<Token<FieldColon>>, must<Item>> {};
struct NextField : sor<at<CloseMessage>, FieldInit> {};
struct FieldInits : sor<at<CloseMessage>, Token<TrailingComma>,
                        seq<must<FieldInit>, star<if_must<Token<Comma>, NextField>>>> {};
struct Message : if_must<Token<OpenMessage>, FieldInits, Token<CloseMessage>> {};

// ["."] IDENT | ["."] IDENT "(" [ExprList] ")"
struct Name : seq<opt<Token<one<'.'>>>, Ident> {};
struct JustName : success {};
struct NameOrCall : seq<Token<Name>, sor<Arguments, JustName>> {};

// Primary = ["."] IDENT
//         | ["."] IDENT "(" [ExprList] ")"
//         | ["."] SELECTOR { "." SELECTOR } "{" [FieldInits] [","] "}"
//         | "(" Expr ")"
//         | "[" [ExprList] [","] "]"
//         | "{" [MapInits] [","] "}"
//         | LITERAL ;
struct Primary : sor<Token<LiteralValue>, NameOrCall, Parenthesised, List, Map> {};

// Member "." SELECTOR ["(" [ExprList] ")"] | Member ".?" SELECTOR
struct Field : Selector {};
struct EscapedField : EscSelector {};
struct OptionalField : sor<Selector, EscSelector> {};
struct JustField : success {};
struct FieldOrCall : sor<seq<Token<Field>, sor<Arguments, JustField>>, Token<EscapedField>> {};
struct OptionalSelection : if_must<Token<OptionalMark>, Token<OptionalField>> {};
struct Selected : sor<OptionalSelection, FieldOrCall> {};
struct Selection : if_must<Token<one<'.'>>, Selected> {};

// Member "[" ["?"] Expr "]"
struct OpenIndex : one<'['> {};
struct CloseIndex : one<']'> {};
struct OptionalIndex : OptionalMark {};
struct Index : if_must<Token<OpenIndex>, opt<Token<OptionalIndex>>, Item, Token<CloseIndex>> {};

// Member = Primary
//        | Member "." SELECTOR ["(" [ExprList] ")"]
//        | Member "[" Expr "]" ;
struct Member : seq<Primary, star<sor<Selection, Index, Message>>> {};

// Unary = Member
//       | "!" {"!"} Member
//       | "-" {"-"} Member ;
struct Not : seq<one<'!'>, not_at<one<'='>>> {};
struct NextNot : Not {};
struct Minus : seq<one<'-'>, not_at<Whitespace, NumberStart>> {};
struct NextMinus : Minus {};
struct Negation : if_must<seq<Token<Not>, star<Token<NextNot>>>, Member> {};
struct Negative : if_must<seq<Token<Minus>, star<Token<NextMinus>>>, Member> {};
struct Unary : sor<Negation, Negative, Member> {};

// Multiplication = [Multiplication ("*" | "/" | "%")] Unary ;
struct MultiplicationOperator : one<'*', '/', '%'> {};
struct Factor : if_must<Token<MultiplicationOperator>, Unary> {};
struct Multiplication : seq<Unary, star<Factor>> {};

// Addition = [Addition ("+" | "-")] Multiplication ;
struct AdditionOperator : one<'+', '-'> {};
struct Summand : if_must<Token<AdditionOperator>, Multiplication> {};
struct Addition : seq<Multiplication, star<Summand>> {};

// Relop = "<" | "<=" | ">=" | ">" | "==" | "!=" | "in" ;
struct Relop : sor<seq<one<'<', '>'>, opt<one<'='>>>, two<'='>, seq<one<'!'>, one<'='>>, In> {};
// Relation = [Relation Relop] Addition ;
struct Compared : if_must<Token<Relop>, Addition> {};
struct Relation : seq<Addition, star<Compared>> {};

// ConditionalAnd = [ConditionalAnd "&&"] Relation ;
struct AndOperator : two<'&'> {};
struct AndTerm : if_must<Token<AndOperator>, Relation> {};
struct ConditionalAnd : seq<Relation, star<AndTerm>> {};

// ConditionalOr = [ConditionalOr "||"] ConditionalAnd ;
struct OrOperator : two<'|'> {};
struct OrTerm : if_must<Token<OrOperator>, ConditionalAnd> {};
struct ConditionalOr : seq<ConditionalAnd, star<OrTerm>> {};

// Expr = ConditionalOr ["?" ConditionalOr ":" Expr] ;
struct Question : one<'?'> {};
struct NextQuestion : one<'?'> {};
struct ThenValue : seq<ConditionalOr> {};
struct ConditionColon : Colon {};
struct ElseValue : seq<ConditionalOr> {};
template <typename Start>
struct Choice : if_must<Token<Start>, ThenValue, Token<ConditionColon>, ElseValue> {};
struct Choices : seq<Choice<Question>, star<Choice<NextQuestion>>> {};
struct Expr : seq<ConditionalOr, opt<Choices>> {};

struct Expression : seq<Whitespace, must<Expr>, must<eof>> {};

}  // namespace writ::cel::grammar

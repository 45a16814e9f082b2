// expr: a program compiled once for typed variables, and a virtual machine that is used again. Its
// variables are the call's arguments themselves, with the tool's name among them.
package main

import (
	"encoding/json"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/vm"
)

var exprLang = rival{"expr", "github.com/expr-lang/expr", addExpr}

type exprProgram struct {
	program *vm.Program
	machine vm.VM
}

func newExprProgram(text string, types map[string]any) *exprProgram {
	return &exprProgram{program: must(expr.Compile(text, expr.Env(types), expr.AsBool()))}
}

// What an error ends is a no.
func (e *exprProgram) holds(values map[string]any) bool {
	result, err := e.machine.Run(e.program, values)
	return err == nil && result == true
}

func addExpr(p *peer, flights, call, line *task) {
	addExprFlights(p, flights)
	program := addExprCalls(p, call, map[string]any{"tool": "", "path": "", "reason": "", "encoding": ""})
	// Filled anew for each line.
	values := map[string]any{}
	p.add(call, "typed", func(i int) bool {
		message, isCall := decodeTyped[callArguments](call.lines[i])
		if !isCall {
			return false
		}
		arguments := &message.Params.Arguments
		values["tool"] = message.Params.Name
		values["path"], _ = pointed(arguments.Path)
		values["reason"], _ = pointed(arguments.Reason)
		values["encoding"], _ = pointed(arguments.Encoding)
		return program.holds(values)
	})
	addExprLine(p, line)
}

func addExprFlights(p *peer, t *task) {
	program := newExprProgram(t.policy(".expr"),
		map[string]any{"Origin": "", "Country": "", "Value": 0, "Adults": 0})
	var inputs []map[string]any
	for _, input := range t.Inputs {
		var flight struct {
			Origin, Country string
			Value, Adults   int
		}
		must(0, json.Unmarshal(input, &flight))
		inputs = append(inputs, map[string]any{
			"Origin": flight.Origin, "Country": flight.Country, "Value": flight.Value,
			"Adults": flight.Adults,
		})
	}
	p.add(t, "evaluation", func(i int) bool { return program.holds(inputs[i]) })
}

func addExprCalls(p *peer, t *task, types map[string]any) *exprProgram {
	program := newExprProgram(t.policy(".expr"), types)
	var inputs []map[string]any
	for _, call := range readCalls(t) {
		inputs = append(inputs, withTool(call.tool, call.arguments))
	}
	p.add(t, "evaluation", func(i int) bool { return program.holds(inputs[i]) })
	p.add(t, "line", func(i int) bool {
		tool, arguments, isCall := decode(t.lines[i])
		return isCall && program.holds(withTool(tool, arguments))
	})
	return program
}

func withTool(tool string, arguments map[string]any) map[string]any {
	if arguments == nil {
		arguments = map[string]any{}
	}
	arguments["tool"] = tool
	return arguments
}

func addExprLine(p *peer, t *task) {
	program := addExprCalls(p, t, map[string]any{
		"tool": "", "currency": "", "amount": 0.0, "description": "", "account": any(nil),
		"idempotency_key": any(nil), "options": map[string]any{},
	})
	values, options := map[string]any{}, map[string]any{}
	values["options"] = options
	p.add(t, "typed", func(i int) bool {
		message, isCall := decodeTyped[lineArguments](t.lines[i])
		if !isCall {
			return false
		}
		arguments := &message.Params.Arguments
		values["tool"] = message.Params.Name
		values["currency"], _ = pointed(arguments.Currency)
		values["amount"], _ = pointed(arguments.Amount)
		values["description"], _ = pointed(arguments.Description)
		values["account"], _ = pointed(arguments.Account)
		values["idempotency_key"], _ = pointed(arguments.IdempotencyKey)
		options["mode"], _ = pointed(arguments.Options.Mode)
		return program.holds(values)
	})
}

// cel-go: a program planned once with OptOptimize, its variables typed and flat, so that each is
// one look-up. An activation of our own hands values over without a map in between.
package main

import (
	"encoding/json"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

var celGo = rival{"cel-go", "cel.dev/cel-go", addCelGo}

func celProgram(text string, variables map[string]*cel.Type) cel.Program {
	var options []cel.EnvOption
	for name, kind := range variables {
		options = append(options, cel.Variable(name, kind))
	}
	env := must(cel.NewEnv(options...))
	ast, issues := env.Compile(text)
	must(0, issues.Err())
	return must(env.Program(ast, cel.EvalOptions(cel.OptOptimize)))
}

// What an error ends is a no.
func holds(program cel.Program, values cel.Activation) bool {
	result, _, err := program.Eval(values)
	return err == nil && result == types.True
}

// An activation that is asked by name.
type lookup func(name string) (any, bool)

func (l lookup) ResolveName(name string) (any, bool) { return l(name) }
func (l lookup) Parent() cel.Activation              { return nil }

// Values in the form that the program works on.
type celValues map[string]ref.Val

func (v celValues) ResolveName(name string) (any, bool) {
	value, found := v[name]
	return value, found
}
func (v celValues) Parent() cel.Activation { return nil }

// What of a decoded call is called like that.
func (c *readCall) ResolveName(name string) (any, bool) {
	switch name {
	case "tool.name":
		return c.tool, true
	case "args.options.mode":
		options, _ := c.arguments["options"].(map[string]any)
		mode, found := options["mode"]
		return mode, found
	}
	value, found := c.arguments[name[len("args."):]]
	return value, found
}
func (c *readCall) Parent() cel.Activation { return nil }

func valuesOf(call *readCall, names map[string]*cel.Type) celValues {
	values := celValues{}
	for name := range names {
		if value, found := call.ResolveName(name); found {
			values[name] = types.DefaultTypeAdapter.NativeToValue(value)
		}
	}
	return values
}

func pointed[T any](value *T) (any, bool) {
	if value == nil {
		return nil, false
	}
	return *value, true
}

func addCelGo(p *peer, flights, call, line *task) {
	addCelFlights(p, flights)
	addCelTyped(p, call, addCelCalls(p, call, call.Text, map[string]*cel.Type{
		"tool.name": cel.StringType, "args.path": cel.StringType, "args.reason": cel.StringType,
		"args.encoding": cel.StringType,
	}), namedCall)
	addCelTyped(p, line, addCelCalls(p, line, line.policy(".cel"), map[string]*cel.Type{
		"tool.name": cel.StringType, "args.currency": cel.StringType, "args.amount": cel.DoubleType,
		"args.description": cel.StringType, "args.account": cel.StringType,
		"args.idempotency_key": cel.DynType, "args.options.mode": cel.StringType,
	}), namedLine)
}

func addCelFlights(p *peer, t *task) {
	program := celProgram(t.Text, map[string]*cel.Type{
		"Origin": cel.StringType, "Country": cel.StringType, "Value": cel.IntType, "Adults": cel.IntType,
	})
	var inputs []celValues
	for _, input := range t.Inputs {
		var flight struct {
			Origin, Country string
			Value, Adults   int64
		}
		must(0, json.Unmarshal(input, &flight))
		inputs = append(inputs, celValues{
			"Origin": types.String(flight.Origin), "Country": types.String(flight.Country),
			"Value": types.Int(flight.Value), "Adults": types.Int(flight.Adults),
		})
	}
	p.add(t, "evaluation", func(i int) bool { return holds(program, inputs[i]) })
}

func addCelCalls(p *peer, t *task, text string, names map[string]*cel.Type) cel.Program {
	program := celProgram(text, names)
	var inputs []celValues
	for _, call := range readCalls(t) {
		inputs = append(inputs, valuesOf(&call, names))
	}
	p.add(t, "evaluation", func(i int) bool { return holds(program, inputs[i]) })
	addCelDecoded(p, t, text)
	p.add(t, "line", func(i int) bool {
		var call readCall
		var isCall bool
		call.tool, call.arguments, isCall = decode(t.lines[i])
		return isCall && holds(program, &call)
	})
	return program
}

// The same over the JSON as it was decoded, for a host that does not know what a policy reads.
func addCelDecoded(p *peer, t *task, text string) {
	object := cel.MapType(cel.StringType, cel.DynType)
	program := celProgram(text, map[string]*cel.Type{"tool": object, "args": object})
	var inputs []cel.Activation
	for _, call := range readCalls(t) {
		arguments := call.arguments
		if arguments == nil {
			arguments = map[string]any{}
		}
		inputs = append(inputs, must(cel.NewActivation(map[string]any{
			"tool": map[string]any{"name": call.tool}, "args": arguments,
		})))
	}
	p.add(t, "decoded", func(i int) bool { return holds(program, inputs[i]) })
}

func addCelTyped[Arguments any](p *peer, t *task, program cel.Program,
	named func(*typedLine[Arguments]) lookup) {
	p.add(t, "typed", func(i int) bool {
		message, isCall := decodeTyped[Arguments](t.lines[i])
		return isCall && holds(program, named(message))
	})
}

func namedCall(message *typedLine[callArguments]) lookup {
	arguments := &message.Params.Arguments
	return func(name string) (any, bool) {
		switch name {
		case "tool.name":
			return message.Params.Name, true
		case "args.path":
			return pointed(arguments.Path)
		case "args.reason":
			return pointed(arguments.Reason)
		default:
			return pointed(arguments.Encoding)
		}
	}
}

func namedLine(message *typedLine[lineArguments]) lookup {
	arguments := &message.Params.Arguments
	return func(name string) (any, bool) {
		switch name {
		case "tool.name":
			return message.Params.Name, true
		case "args.currency":
			return pointed(arguments.Currency)
		case "args.amount":
			return pointed(arguments.Amount)
		case "args.description":
			return pointed(arguments.Description)
		case "args.account":
			return pointed(arguments.Account)
		case "args.idempotency_key":
			return pointed(arguments.IdempotencyKey)
		default:
			return pointed(arguments.Options.Mode)
		}
	}
}

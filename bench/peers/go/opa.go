// OPA: a query prepared once, asked with an input that is a value of its own already.
package main

import (
	"context"
	"encoding/json"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
)

var opa = rival{"OPA", "github.com/open-policy-agent/opa", addOpa}

func addOpa(p *peer, flights, call, line *task) {
	ctx := context.Background()
	for _, t := range []*task{flights, call, line} {
		query := must(rego.New(rego.Query("data."+t.Name+".allow"),
			rego.Module(t.Name+".rego", t.policy(".rego"))).PrepareForEval(ctx))
		allows := func(input rego.EvalOption) bool {
			result, err := query.Eval(ctx, input)
			return err == nil && result.Allowed()
		}
		texts := t.lines
		for _, input := range t.Inputs {
			texts = append(texts, input)
		}
		var inputs []ast.Value
		for _, text := range texts {
			var value any
			must(0, json.Unmarshal(text, &value))
			inputs = append(inputs, must(ast.InterfaceToValue(value)))
		}
		p.add(t, "evaluation", func(i int) bool { return allows(rego.EvalParsedInput(inputs[i])) })
		if t.lines == nil {
			continue
		}
		p.add(t, "line", func(i int) bool {
			var message map[string]any
			return json.Unmarshal(t.lines[i], &message) == nil && message["method"] == "tools/call" &&
				allows(rego.EvalInput(message))
		})
	}
}

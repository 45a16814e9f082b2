// One peer in Go, serving as ../peer.h says: peers RIVAL TASKS POLICIES
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
)

// A task as its file has it.
type task struct {
	Name   string            `json:"-"`
	Text   string            `json:"text"`
	Timed  int               `json:"timed"`
	Inputs []json.RawMessage `json:"inputs"`
	Lines  []string          `json:"lines"`
	lines  [][]byte
	folder string
}

// The policy of this task in a language of the rival's own.
func (t *task) policy(suffix string) string {
	return string(must(os.ReadFile(filepath.Join(t.folder, t.Name+suffix))))
}

type way struct {
	timed, all int
	decide     func(i int) bool
}

type peer struct {
	names  [][2]string
	ways   map[[2]string]way
	cannot map[string]string
}

// Adds one way of a task; decide(i) says whether input i is allowed.
func (p *peer) add(t *task, name string, decide func(i int) bool) {
	key := [2]string{t.Name, name}
	p.names = append(p.names, key)
	p.ways[key] = way{t.Timed, max(len(t.Inputs), len(t.Lines)), decide}
}

type rival struct {
	name, module string
	add          func(p *peer, flights, call, line *task)
}

var rivals = map[string]rival{"cel-go": celGo, "expr": exprLang, "opa": opa}

func must[T any](value T, err error) T {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return value
}

func readTask(tasks, policies, name string) *task {
	t := &task{Name: name, folder: policies}
	text := must(os.ReadFile(filepath.Join(tasks, name+".json")))
	must(0, json.Unmarshal(text, t))
	for _, line := range t.Lines {
		t.lines = append(t.lines, []byte(line))
	}
	return t
}

func versionOf(module string) string {
	info, _ := debug.ReadBuildInfo()
	for _, dependency := range info.Deps {
		if dependency.Path == module {
			return dependency.Version + ", " + runtime.Version()
		}
	}
	return runtime.Version()
}

func say(object any) {
	must(fmt.Println(string(must(json.Marshal(object)))))
}

func (w way) decisions() string {
	digits := make([]byte, w.all)
	for i := range digits {
		digits[i] = '0'
		if w.decide(i) {
			digits[i] = '1'
		}
	}
	return string(digits)
}

var allowed int

func (w way) repeat(passes int) int {
	for pass := 0; pass < passes; pass++ {
		for i := 0; i < w.timed; i++ {
			if w.decide(i) {
				allowed++
			}
		}
	}
	return passes * w.timed
}

func main() {
	if len(os.Args) != 4 {
		must(0, errors.New("it is called with RIVAL TASKS POLICIES"))
	}
	chosen, known := rivals[os.Args[1]]
	if !known {
		must(0, errors.New("no rival is called "+os.Args[1]))
	}
	read := func(name string) *task { return readTask(os.Args[2], os.Args[3], name) }
	p := &peer{ways: map[[2]string]way{}, cannot: map[string]string{}}
	chosen.add(p, read("flights"), read("call"), read("line"))
	say(map[string]any{
		"name": chosen.name, "version": versionOf(chosen.module), "ways": p.names, "cannot": p.cannot,
	})
	commands := bufio.NewScanner(os.Stdin)
	for commands.Scan() {
		words := strings.Fields(commands.Text())
		w := p.ways[[2]string{words[1], words[2]}]
		if words[0] == "decide" {
			say(map[string]string{"decisions": w.decisions()})
		} else {
			say(map[string]int{"decided": w.repeat(must(strconv.Atoi(words[3])))})
		}
	}
}

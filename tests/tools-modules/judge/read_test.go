package main

import (
	"slices"
	"testing"
)

func TestStreamsAreReadAsKubectlReadsThem(t *testing.T) {
	cases := []struct {
		name, text string
		kinds      []string
		problems   int
	}{
		{"two documents", "kind: A\n---\nkind: B\n", []string{"A", "B"}, 0},
		{"null document", "null\n---\nkind: B\n", []string{"B"}, 0},
		{"text after the dashes", "kind: A\n--- !!map\nkind: B\n", nil, 1},
		{"glued dashes", "kind: A\n---kind: B\n", nil, 1},
		{"dots cut the rest off", "kind: A\n...\nkind: B\n", []string{"A"}, 0},
		{"bad document after a good one", "kind: A\n---\na: [\n", []string{"A"}, 1},
		{"no kind, then a good one", "a: b\n---\nkind: B\n", []string{"B"}, 1},
		{"metadata of another shape", "kind: A\nmetadata: {labels: {a: 1}}\n", nil, 1},
		{"json", `{"kind": "A"} {"kind": "B"}`, []string{"A", "B"}, 0},
		{"merge after a key", "kind: A\n<<: {kind: B}\n", []string{"B"}, 0},
		{"next line ends a comment", "kind: A # note\u0085kind: B\n", []string{"B"}, 0},
		{"line separator ends a plain scalar", "kind: A\u2028\n", []string{"A"}, 0},
		{"binary key", "!!binary a2luZA==: A\n", []string{"A"}, 0},
		{"items on anything", "kind: A\nitems: [{kind: B}, {kind: C}]\n", []string{"B", "C"}, 0},
		{"items by merge key", "<<: {items: [{kind: B}]}\nkind: A\n", []string{"B"}, 0},
		{"implied kind", "kind: AList\napiVersion: v1\nitems: [{metadata: {name: b}}]\n", []string{"A"}, 0},
		{"list in a list", "kind: A\nitems: [{kind: B, items: [{kind: C}]}]\n", []string{"C"}, 0},
		{"no items means no objects", "kind: A\nitems: null\n", nil, 0},
		{"items of another shape", "kind: A\nitems: {}\n", nil, 1},
		{"item without a kind", "kind: A\nitems: [{kind: B}, {apiVersion: v1}]\n", []string{"B"}, 1},
		{"not a number", "kind: A\nx: .nan\n", nil, 1},
	}
	for _, example := range cases {
		t.Run(example.name, func(t *testing.T) {
			reading := read([]byte(example.text))
			var kinds []string
			for _, object := range reading.Objects {
				kinds = append(kinds, object.kind())
			}
			if !slices.Equal(kinds, example.kinds) || len(reading.Problems) != example.problems {
				t.Errorf("got %v and %q", kinds, reading.Problems)
			}
		})
	}
}

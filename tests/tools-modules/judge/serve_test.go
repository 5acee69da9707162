package main

import (
	"fmt"
	"strings"
	"testing"
)

func ask(configuration, input, output string) string {
	return fmt.Sprintf("%d %d %d\n%s%s%s", len(configuration), len(input), len(output), configuration, input, output)
}

func TestEachQuestionGetsOneLine(t *testing.T) {
	questions := ask(strict, clean, clean) + ask("kind: [", clean, clean) + ask(strict, clean, "") + ask(strict, "a: [", "a: [")
	var answers strings.Builder
	if err := serve(strings.NewReader(questions), &answers); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(answers.String(), "\n"), "\n")
	expected := []string{`{"findings":[],"unreadable":[]}`, `{"error":"configuration: `, `{"findings":[{"rule":"same-objects"`, `{"findings":[],"unreadable":["`}
	if len(lines) != len(expected) {
		t.Fatalf("got %q", lines)
	}
	for index, start := range expected {
		if !strings.HasPrefix(lines[index], start) {
			t.Errorf("answer %d: got %q", index, lines[index])
		}
	}
}

func TestBrokenQuestionsEndTheService(t *testing.T) {
	for _, question := range []string{"x\n", "1 2\n", "-1 0 0\n", "99999999999 0 0\n", "5 0 0\nab"} {
		if err := serve(strings.NewReader(question), &strings.Builder{}); err == nil {
			t.Errorf("%q was accepted", question)
		}
	}
}

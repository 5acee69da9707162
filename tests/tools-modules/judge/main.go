// The independent judge of the post-renderer: it reads manifests with the libraries of Kubernetes itself and
// decides whether what was rendered keeps the standards of a configuration and changes nothing else. It shares
// no code and no reader with the post-renderer.
//
//	judge check CONFIG INPUT OUTPUT   prints findings; exit code 1 if there are any
//	judge serve                       answers many questions, see serve.go
package main

import (
	"fmt"
	"os"
)

const usage = "usage: judge check CONFIG INPUT OUTPUT\n       judge serve"

func main() {
	code, err := run(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	os.Exit(code)
}

func run(arguments []string) (int, error) {
	switch {
	case len(arguments) == 4 && arguments[0] == "check":
		return check(arguments[1], arguments[2], arguments[3])
	case len(arguments) == 1 && arguments[0] == "serve":
		if err := serve(os.Stdin, os.Stdout); err != nil {
			return 2, err
		}
		return 0, nil
	default:
		return 2, fmt.Errorf("%s", usage)
	}
}

func check(paths ...string) (int, error) {
	var texts [3][]byte
	for index, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			return 2, err
		}
		texts[index] = text
	}
	configuration, err := parseConfiguration(texts[0])
	if err != nil {
		return 2, fmt.Errorf("%s: %w", paths[0], err)
	}
	verdict := judge(configuration, texts[1], texts[2])
	for _, finding := range verdict.Findings {
		fmt.Println(finding)
	}
	for _, problem := range verdict.Unreadable {
		fmt.Println("unreadable:", problem)
	}
	if len(verdict.Findings) > 0 {
		return 1, nil
	}
	return 0, nil
}

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// mostBytes bounds each text of a question, so that a broken header cannot ask for all memory.
const mostBytes = 64 << 20

// serve answers questions until its input ends. A question is a line with three lengths in bytes, followed by as
// many bytes of configuration, input and output:
//
//	12 34 56\n<configuration><input><output>
//
// The answer is one line of JSON: a Verdict, or {"error": "..."} if the configuration cannot be read.
func serve(questions io.Reader, answers io.Writer) error {
	reader := bufio.NewReader(questions)
	writer := bufio.NewWriter(answers)
	encoder := json.NewEncoder(writer)
	// Callers ask with the same configuration again and again.
	var known []byte
	var configuration *Configuration
	for {
		texts, err := question(reader)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if configuration == nil || !bytes.Equal(known, texts[0]) {
			known = texts[0]
			configuration, err = parseConfiguration(known)
		}
		if err != nil {
			err = encoder.Encode(map[string]string{"error": "configuration: " + err.Error()})
		} else {
			err = encoder.Encode(judge(configuration, texts[1], texts[2]))
		}
		if err != nil {
			return err
		}
		if err := writer.Flush(); err != nil {
			return err
		}
	}
}

func question(reader *bufio.Reader) (texts [3][]byte, err error) {
	header, err := reader.ReadString('\n')
	if err != nil {
		return texts, err
	}
	var lengths [3]int
	if _, err := fmt.Sscanf(header, "%d %d %d\n", &lengths[0], &lengths[1], &lengths[2]); err != nil {
		return texts, fmt.Errorf("the header %q is not three lengths", header)
	}
	for index, length := range lengths {
		if length < 0 || length > mostBytes {
			return texts, fmt.Errorf("a length of %d bytes is out of range", length)
		}
		texts[index] = make([]byte, length)
		if _, err := io.ReadFull(reader, texts[index]); err != nil {
			return texts, fmt.Errorf("the question ends early: %w", err)
		}
	}
	return texts, nil
}

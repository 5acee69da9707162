package main

import "fmt"

// Finding is one way in which the output breaks a standard or differs from the input.
type Finding struct {
	Rule    string `json:"rule"`
	Object  string `json:"object"`
	Field   string `json:"field,omitempty"`
	Message string `json:"message"`
}

func (finding Finding) String() string {
	place := finding.Object
	if finding.Field != "" {
		place += ": " + finding.Field
	}
	return fmt.Sprintf("%s: %s: %s", finding.Rule, place, finding.Message)
}

// Verdict is the answer to one question. Without findings the output is clean. What Kubernetes refuses to read
// cannot bypass anything, so it is listed apart.
type Verdict struct {
	Findings   []Finding `json:"findings"`
	Unreadable []string  `json:"unreadable"`
}

// judge decides about one rendering. A defect of its own is a finding, never a crash.
func judge(configuration *Configuration, input, output []byte) (verdict Verdict) {
	verdict = Verdict{Findings: []Finding{}, Unreadable: []string{}}
	defer func() {
		if problem := recover(); problem != nil {
			finding := Finding{Rule: "judge", Object: "stream", Message: fmt.Sprintf("the judge failed: %v", problem)}
			verdict.Findings = append(verdict.Findings, finding)
		}
	}()
	before, after := read(input), read(output)
	verdict.Unreadable = append(verdict.Unreadable, after.Problems...)
	verdict.Findings = append(verdict.Findings, compareStreams(configuration, before, after)...)
	for index, object := range after.Objects {
		var original Object
		if index < len(before.Objects) {
			original = before.Objects[index]
		}
		verdict.Findings = append(verdict.Findings, checkObject(configuration, original, object)...)
	}
	return verdict
}

package main

import "testing"

func TestUnknownPathsHaveNoAnswer(t *testing.T) {
	if text, found := answer("/healthz"); !found || text != "ok" {
		t.Errorf("got %q, %v", text, found)
	}
	if _, found := answer("/other"); found {
		t.Error("an unknown path has an answer")
	}
}

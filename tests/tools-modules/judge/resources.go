package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"k8s.io/apimachinery/pkg/api/resource"
)

const maximumRule = "resource-maximum"

// parts are the two halves of `resources`.
var parts = []string{"requests", "limits"}

// ceiling checks every request and limit that a container or pod states.
func (examination *examination) ceiling(owner map[string]any, path string) {
	resources := examination.configuration.Resources
	if !resources.Mode.enforces() {
		return
	}
	for _, part := range parts {
		stated := mapping(mapping(owner["resources"])[part])
		for _, name := range slices.Sorted(maps.Keys(resources.Maximum)) {
			value, isStated := stated[name]
			if !isStated {
				continue
			}
			field := fmt.Sprintf("%s.resources.%s.%s", path, part, name)
			amount, err := quantity(value)
			switch {
			case err != nil:
				examination.add(maximumRule, name, field, fmt.Sprintf("%v is not a quantity", value))
			case amount.Sign() < 0:
				examination.add(maximumRule, name, field, fmt.Sprintf("%v is negative", value))
			case exceeds(amount, resources.Maximum[name]):
				examination.add(maximumRule, name, field, fmt.Sprintf("%v is above the maximum", value))
			}
		}
	}
}

// limits must be there where there is a maximum: without one, a container takes what the node has. The pod's own
// limit does as well.
func (examination *examination) limits(pod Pod, container Container) {
	resources := examination.configuration.Resources
	if !resources.Mode.enforces() {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(resources.Maximum)) {
		if !hasLimit(container.Node, name) && !hasLimit(pod.Spec, name) {
			field := fmt.Sprintf("%s.resources.limits.%s", container.Path, name)
			examination.add(maximumRule, name, field, "limit is missing")
		}
	}
}

// hasLimit reports whether a limit is effective: for the kubelet, 0 means unlimited.
func hasLimit(owner map[string]any, name string) bool {
	value, isStated := mapping(mapping(owner["resources"])["limits"])[name]
	if !isStated {
		return false
	}
	// The ceiling reports amounts that are not positive.
	amount, err := quantity(value)
	return err != nil || amount.Sign() != 0
}

// quantity reads an amount as the API server does, which takes numbers, blanks around the text, and null for 0.
func quantity(value any) (resource.Quantity, error) {
	var amount resource.Quantity
	encoded, err := json.Marshal(value)
	if err != nil {
		return amount, err
	}
	err = amount.UnmarshalJSON(encoded)
	return amount, err
}

func exceeds(amount, maximum resource.Quantity) bool { return amount.Cmp(maximum) > 0 }

// compareResources finds requests and limits that were changed though they were within bounds. What was out of
// bounds is judged by its result.
func (configuration *Configuration) compareResources(before, after map[string]any, report func(field, message string)) {
	resources := configuration.Resources
	for _, part := range parts {
		stated := mapping(mapping(before["resources"])[part])
		for _, name := range slices.Sorted(maps.Keys(resources.governed())) {
			value, isStated := stated[name]
			amount, err := quantity(value)
			_, hasRatio := resources.LimitRequestRatio[name]
			maximum, hasMaximum := resources.Maximum[name]
			minimum, hasMinimum := resources.Minimum[name]
			isFree := !isStated || err != nil || amount.Sign() <= 0 || hasRatio ||
				hasMaximum && exceeds(amount, maximum) || hasMinimum && exceeds(minimum, amount)
			if isFree {
				continue
			}
			result := mapping(mapping(after["resources"])[part])[name]
			if changed, err := quantity(result); err != nil || changed.Cmp(amount) != 0 {
				report(fmt.Sprintf("resources.%s.%s", part, name), fmt.Sprintf("%v became %v within bounds", value, result))
			}
		}
	}
}

// compareWithPod finds requests and limits that were written above those of the pod itself: Kubernetes refuses them.
// What the author wrote above the pod's own is refused anyway.
func compareWithPod(pod, before, after map[string]any, report func(field, message string)) {
	for _, part := range parts {
		stated := mapping(mapping(pod["resources"])[part])
		for _, name := range slices.Sorted(maps.Keys(stated)) {
			bound, err := quantity(stated[name])
			if err != nil || bound.Sign() <= 0 {
				continue
			}
			amount := func(owner map[string]any) any { return mapping(mapping(owner["resources"])[part])[name] }
			if isAbove(amount(after), bound) && !isAbove(amount(before), bound) {
				message := fmt.Sprintf("%v was written above the pod's own %v", amount(after), stated[name])
				report(fmt.Sprintf("resources.%s.%s", part, name), message)
			}
		}
	}
}

// isAbove reports whether the value is an amount above the bound.
func isAbove(value any, bound resource.Quantity) bool {
	amount, err := quantity(value)
	return err == nil && exceeds(amount, bound)
}

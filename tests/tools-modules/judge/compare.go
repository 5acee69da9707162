package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"k8s.io/apimachinery/pkg/runtime"
)

// mostDifferences is how many differences of one object are reported.
const mostDifferences = 5

const managedBy = "app.kubernetes.io/managed-by"

// isProtected are labels and annotations by which Helm finds its objects again: not even a setting may change them.
var isProtected = map[string][]string{
	"labels":      {managedBy},
	"annotations": {"meta.helm.sh/release-name", "meta.helm.sh/release-namespace", "postrenderer.helm.sh/postrender-filename"},
}

// compareStreams decides whether the output holds the objects of the input, in their order, and whether they differ
// only where the configuration asks for it.
func compareStreams(configuration *Configuration, before, after Reading) []Finding {
	var findings []Finding
	if len(before.Problems) != len(after.Problems) {
		message := fmt.Sprintf("Kubernetes refuses %d places of the input and %d of the output: %v, %v",
			len(before.Problems), len(after.Problems), before.Problems, after.Problems)
		findings = append(findings, Finding{Rule: "same-objects", Object: "stream", Message: message})
	}
	if len(before.Objects) != len(after.Objects) {
		message := fmt.Sprintf("the input has %d objects and the output %d", len(before.Objects), len(after.Objects))
		findings = append(findings, Finding{Rule: "same-objects", Object: "stream", Message: message})
	}
	for index := range min(len(before.Objects), len(after.Objects)) {
		original, object := before.Objects[index], after.Objects[index]
		if original.identity() != object.identity() {
			message := fmt.Sprintf("object %d of the input is %s", index+1, original.identity())
			return append(findings, Finding{Rule: "same-objects", Object: object.identity(), Message: message})
		}
		findings = append(findings, compareObjects(configuration, original, object, before.Objects)...)
	}
	return findings
}

func compareObjects(configuration *Configuration, before, after Object, stream []Object) []Finding {
	var findings []Finding
	report := func(field, message string) {
		finding := Finding{Rule: "nothing-else", Object: after.identity(), Field: field, Message: message}
		findings = append(findings, finding)
	}
	for _, part := range []string{"labels", "annotations"} {
		written, result := mapping(before.metadata()[part]), mapping(after.metadata()[part])
		for _, key := range isProtected[part] {
			// Only Helm refuses objects that another tool seems to manage.
			if key == managedBy && written[key] != "Helm" {
				continue
			}
			if value, isThere := written[key]; isThere && !reflect.DeepEqual(value, result[key]) {
				report("metadata."+part+"."+key, fmt.Sprintf("the protected value %v became %v", value, result[key]))
			}
		}
	}
	if configuration.isPatched(before) {
		return findings
	}
	configuration.comparePods(before, after, report)
	ownsReplicas := configuration.Standards.ReplicasOwner.Mode.changes() && isScaled(before, stream)
	written := configuration.neutral(before, ownsReplicas, configuration.replaceImage)
	result := configuration.neutral(after, ownsReplicas, func(image string) string { return image })
	differences := differences("", written, result)
	for _, difference := range differences[:min(len(differences), mostDifferences)] {
		report(difference.field, difference.message)
	}
	return findings
}

func (configuration *Configuration) comparePods(before, after Object, report func(field, message string)) {
	results := map[string]map[string]any{}
	for _, pod := range pods(after) {
		results[pod.Path] = pod.Spec
		for _, container := range pod.containers(after.group()) {
			results[container.Path] = container.Node
		}
	}
	for _, pod := range pods(before) {
		within := func(path string) func(field, message string) {
			return func(field, message string) { report(path+"."+field, message) }
		}
		configuration.compareResources(pod.Spec, results[pod.Path], within(pod.Path))
		for _, container := range pod.containers(before.group()) {
			result := results[container.Path]
			configuration.compareResources(container.Node, result, within(container.Path))
			compareWithPod(results[pod.Path], container.Node, result, within(container.Path))
		}
	}
}

// isScaled reports whether an autoscaler in the stream owns the number of replicas.
func isScaled(object Object, stream []Object) bool {
	return slices.ContainsFunc(stream, func(scaler Object) bool {
		if scaler.kind() != "HorizontalPodAutoscaler" && scaler.kind() != "ScaledObject" {
			return false
		}
		target := mapping(mapping(scaler["spec"])["scaleTargetRef"])
		kind := text(target["kind"])
		if kind == "" {
			kind = "Deployment"
		}
		return kind == object.kind() && text(target["name"]) == text(object.metadata()["name"])
	})
}

// neutral is the object without everything that the configuration lets the renderer write.
func (configuration *Configuration) neutral(object Object, ownsReplicas bool, image func(string) string) map[string]any {
	result := Object(runtime.DeepCopyJSON(object))
	configuration.forgetMetadata(result, configuration.Labels, configuration.Annotations)
	if ownsReplicas {
		delete(mapping(result["spec"]), "replicas")
	}
	labels, annotations := configuration.Labels, configuration.Annotations
	if !configuration.PodTemplates.Labels {
		labels = nil
	}
	if !configuration.PodTemplates.Annotations {
		annotations = nil
	}
	for _, pod := range pods(result) {
		if pod.Template != nil && pod.Path != "spec" {
			configuration.forgetMetadata(pod.Template, labels, annotations)
		}
		configuration.forgetPod(pod)
		for _, container := range pod.containers(result.group()) {
			configuration.forgetResources(container.Node)
			if written, isText := container.Node["image"].(string); isText {
				container.Node["image"] = image(written)
			}
			if context := configuration.Standards.SecurityContext; context != nil && context.Mode.changes() {
				forgetWithin(container.Node, "securityContext", context.Container)
			}
		}
	}
	return result
}

func (configuration *Configuration) forgetPod(pod Pod) {
	configuration.forgetPodResources(pod.Spec)
	standards := configuration.Standards
	if standards.SecurityContext != nil && standards.SecurityContext.Mode.changes() {
		forgetWithin(pod.Spec, "securityContext", standards.SecurityContext.Pod)
	}
	if standards.Spread != nil && standards.Spread.Mode.changes() {
		delete(pod.Spec, "topologySpreadConstraints")
	}
	if standards.GracePeriod != nil && standards.GracePeriod.Mode.changes() {
		delete(pod.Spec, "terminationGracePeriodSeconds")
	}
}

func (configuration *Configuration) forgetMetadata(owner map[string]any, labels, annotations map[string]string) {
	metadata := mapping(owner["metadata"])
	for key := range labels {
		delete(mapping(metadata["labels"]), key)
	}
	for key := range mapping(metadata["annotations"]) {
		_, isConfigured := annotations[key]
		if isConfigured || isOurs(key) {
			delete(mapping(metadata["annotations"]), key)
		}
	}
	prune(metadata, "labels")
	prune(metadata, "annotations")
	prune(owner, "metadata")
}

// forgetResources removes the governed requests and limits of a container, which may get them.
func (configuration *Configuration) forgetResources(container map[string]any) {
	resources := mapping(container["resources"])
	for name := range configuration.Resources.governed() {
		for _, part := range parts {
			delete(mapping(resources[part]), name)
			prune(resources, part)
		}
		prune(container, "resources")
	}
}

// forgetPodResources removes the governed requests and limits of a pod itself. A pod gets a limit only for what it
// requests or limits already, so the names that it states stay.
func (configuration *Configuration) forgetPodResources(spec map[string]any) {
	resources := mapping(spec["resources"])
	stated := map[string]any{}
	for name := range configuration.Resources.governed() {
		for _, part := range parts {
			if _, isStated := mapping(resources[part])[name]; isStated {
				stated[name] = "stated"
				delete(mapping(resources[part]), name)
			}
		}
	}
	if len(stated) > 0 {
		prune(resources, "requests")
		prune(resources, "limits")
		resources["stated"] = stated
	}
}

// forgetWithin removes the configured members of a mapping, at any depth.
func forgetWithin(owner map[string]any, key string, wanted map[string]any) {
	found := mapping(owner[key])
	for name, value := range wanted {
		if members, isMapping := value.(map[string]any); isMapping {
			forgetWithin(found, name, members)
		} else {
			delete(found, name)
		}
	}
	if len(wanted) > 0 {
		prune(owner, key)
	}
}

// prune removes an empty member.
func prune(owner map[string]any, key string) {
	value, isThere := owner[key]
	members, isMapping := value.(map[string]any)
	if isThere && (value == nil || isMapping && len(members) == 0) {
		delete(owner, key)
	}
}

type difference struct{ field, message string }

// differences compares two values and returns the innermost places where they differ.
func differences(path string, before, after any) []difference {
	written, wasMapping := before.(map[string]any)
	result, isMapping := after.(map[string]any)
	if wasMapping && isMapping {
		keys := maps.Clone(written)
		maps.Copy(keys, result)
		var found []difference
		for _, key := range slices.Sorted(maps.Keys(keys)) {
			value, wasThere := written[key]
			changed, isThere := result[key]
			switch place := join(path, key); {
			case !wasThere:
				found = append(found, difference{place, "was added: " + show(changed)})
			case !isThere:
				found = append(found, difference{place, "was removed: " + show(value)})
			default:
				found = append(found, differences(place, value, changed)...)
			}
		}
		return found
	}
	items, wasList := before.([]any)
	results, isList := after.([]any)
	if wasList && isList && len(items) == len(results) {
		var found []difference
		for index := range items {
			found = append(found, differences(fmt.Sprintf("%s[%d]", path, index), items[index], results[index])...)
		}
		return found
	}
	if reflect.DeepEqual(before, after) {
		return nil
	}
	return []difference{{path, show(before) + " became " + show(after)}}
}

// plain is the value as JSON has it: numbers of one kind only.
func plain(value any) any {
	encoded, err := json.Marshal(value)
	if err != nil {
		return value
	}
	var decoded any
	if err := json.Unmarshal(encoded, &decoded); err != nil {
		return value
	}
	return decoded
}

// show is a value for people, cut off where it is long.
func show(value any) string {
	const longest = 80
	encoded, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprint(value)
	}
	if len(encoded) > longest {
		return string(encoded[:longest]) + "..."
	}
	return string(encoded)
}

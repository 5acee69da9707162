package main

import (
	"maps"
	"reflect"
	"slices"
	"strings"
)

// longRunning are the kinds whose containers need probes.
var longRunning = []string{"Deployment", "StatefulSet", "DaemonSet"}

// examination collects what is wrong with one object of the output.
type examination struct {
	configuration *Configuration
	object        Object
	findings      []Finding
}

// checkObject decides whether an object of the output keeps every standard that the configuration enforces. The
// original is the same object of the input.
func checkObject(configuration *Configuration, original, object Object) []Finding {
	if configuration.isExempt(object) {
		return nil
	}
	examination := &examination{configuration: configuration, object: object}
	examination.labels(original.metadata(), object.metadata(), "metadata.labels")
	examination.exceptions()
	for _, pod := range pods(object) {
		if pod.Spec != nil {
			examination.pod(pod)
		}
	}
	return examination.findings
}

func (examination *examination) add(rule, part, field, message string) {
	if !examination.configuration.excepts(examination.object, rule, part) {
		finding := Finding{Rule: rule, Object: examination.object.identity(), Field: field, Message: message}
		examination.findings = append(examination.findings, finding)
	}
}

// labels must be there. A value that the author wrote may stay: selectors may need it.
func (examination *examination) labels(original, metadata map[string]any, field string) {
	if !examination.configuration.Standards.Labels.Mode.changes() || examination.object.isSentNowhere() {
		return
	}
	for _, key := range slices.Sorted(maps.Keys(examination.configuration.Labels)) {
		value := mapping(metadata["labels"])[key]
		found, isText := value.(string)
		written, wasThere := mapping(original["labels"])[key].(string)
		switch {
		case value == nil:
			examination.add("labels", key, field, "the label `"+key+"` is missing")
		case !isText:
			// The API server refuses the object.
		case found != examination.configuration.Labels[key] && !(wasThere && found == written):
			examination.add("labels", key, field, "the label `"+key+"` has the value `"+found+"`")
		}
	}
}

// exceptions must not be forged: an annotation that claims one needs one in the configuration.
func (examination *examination) exceptions() {
	if examination.object.isSentNowhere() {
		return
	}
	annotations := examination.object.annotations()
	for _, key := range slices.Sorted(maps.Keys(annotations)) {
		rule, isException := strings.CutPrefix(key, "exception.ipsy.dev/")
		if !isException {
			continue
		}
		id, part, _ := strings.Cut(rule, ".")
		if !examination.configuration.excepts(examination.object, id, part) {
			examination.add("forged-exception", "", "metadata.annotations", "no configured exception allows `"+key+"`")
		}
	}
}

func (examination *examination) pod(pod Pod) {
	configuration := examination.configuration
	group := examination.object.group()
	if pod.Native && configuration.PodTemplates.Labels && examination.object.kind() != "Pod" {
		// The values are compared with the input's elsewhere; here they must be there.
		metadata := mapping(pod.Template["metadata"])
		examination.labels(metadata, metadata, strings.TrimSuffix(pod.Path, "spec")+"metadata.labels")
	}
	examination.ceiling(pod.Spec, pod.Path)
	for _, container := range pod.containers(group) {
		isWhole := pod.Native || text(container.Node["image"]) != ""
		examination.ceiling(container.Node, container.Path)
		if isWhole {
			examination.limits(pod, container)
		}
		examination.image(container)
		if pod.Native {
			examination.probes(container)
		}
	}
	if pod.Native {
		examination.security(pod)
	}
}

func (examination *examination) security(pod Pod) {
	wanted := examination.configuration.Standards.SecurityContext
	if wanted == nil || !wanted.Mode.enforces() || pod.isWindows() {
		return
	}
	check := func(owner map[string]any, path string, wanted map[string]any) {
		found := mapping(owner["securityContext"])
		for _, key := range slices.Sorted(maps.Keys(wanted)) {
			if !satisfies(found[key], wanted[key]) {
				examination.add("security-context", key, path+".securityContext."+key, "it is not what the configuration demands")
			}
		}
	}
	check(pod.Spec, pod.Path, wanted.Pod)
	for _, container := range pod.containers(examination.object.group()) {
		check(container.Node, container.Path, wanted.Container)
	}
}

// satisfies reports whether everything that is wanted is found; mappings may hold more.
func satisfies(found, wanted any) bool {
	members, isMapping := wanted.(map[string]any)
	if !isMapping {
		return reflect.DeepEqual(plain(found), plain(wanted))
	}
	for key, value := range members {
		if !satisfies(mapping(found)[key], value) {
			return false
		}
	}
	return true
}

func (examination *examination) probes(container Container) {
	wanted := examination.configuration.Standards.ProbesPresent
	isNeeded := container.List == "containers" && slices.Contains(longRunning, examination.object.kind())
	if wanted == nil || !wanted.Mode.enforces() || !isNeeded {
		return
	}
	probes := wanted.Probes
	if probes == nil {
		probes = []string{"readiness"}
	}
	for _, probe := range probes {
		if len(mapping(container.Node[probe+"Probe"])) == 0 {
			examination.add("probes-present", probe, container.Path, "it has no "+probe+"Probe")
		}
	}
}

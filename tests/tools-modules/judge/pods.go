package main

import (
	"fmt"
	"maps"
	"slices"
)

// Pod is a pod template, a pod, or whatever in a custom resource holds containers.
type Pod struct {
	// Path of Spec, for findings.
	Path string
	// Template holds the pod's metadata beside its spec; it is nil if the kind has no such place.
	Template map[string]any
	// Spec is nil where no rule for pods applies: it is not a mapping, which the API server refuses, or holds no
	// containers in a kind that is not one of Kubernetes' own.
	Spec map[string]any
	// Native pods belong to a kind of Kubernetes' own, so that every rule for pods applies. In other kinds, what
	// has an image is a container, and the rest is up to the controller of that kind.
	Native bool
}

// Container is an element of a list of containers.
type Container struct {
	Path string
	List string
	Node map[string]any
}

// containerLists are the lists in which Kubernetes keeps containers.
var containerLists = []string{"initContainers", "containers", "ephemeralContainers"}

// templates holds where the kinds of Kubernetes' own keep their pod template.
var templates = map[string][]string{
	"Pod":                   {},
	"PodTemplate":           {"template"},
	"Deployment":            {"spec", "template"},
	"StatefulSet":           {"spec", "template"},
	"DaemonSet":             {"spec", "template"},
	"ReplicaSet":            {"spec", "template"},
	"ReplicationController": {"spec", "template"},
	"Job":                   {"spec", "template"},
	"CronJob":               {"spec", "jobTemplate", "spec", "template"},
}

// nativeGroups are the API groups of these kinds.
var nativeGroups = []string{"", "apps", "batch", "extensions"}

// onlyGroups are the kinds that only one of these groups ever had. In the others, the API server refuses them.
var onlyGroups = map[string]string{"Pod": "", "PodTemplate": "", "CronJob": "batch"}

// pods finds all pods of an object.
func pods(object Object) []Pod {
	if !slices.Contains(nativeGroups, object.group()) {
		return search(object.group(), "", nil, "", map[string]any(object))
	}
	// The API server drops what is not a field of these kinds, so containers elsewhere never run.
	path, found := templates[object.kind()]
	group, isLimited := onlyGroups[object.kind()]
	if !found || isLimited && group != object.group() {
		return nil
	}
	template := map[string]any(object)
	place := ""
	for _, key := range path {
		template = mapping(template[key])
		place = join(place, key)
	}
	return []Pod{{Path: join(place, "spec"), Template: template, Spec: mapping(template["spec"]), Native: true}}
}

// search finds containers anywhere in an object whose kind is not one of Kubernetes' own, and templates that hold
// none, which may get labels.
func search(group, path string, parent map[string]any, key string, value any) []Pod {
	var found []Pod
	switch value := value.(type) {
	case map[string]any:
		pod := Pod{Path: path, Spec: value}
		if key == "spec" {
			pod.Template = parent
		}
		if len(pod.containers(group)) > 0 {
			found = append(found, pod)
		}
		spec, hasSpec := value["spec"]
		if key == "template" && hasSpec && len(Pod{Spec: mapping(spec)}.containers(group)) == 0 {
			found = append(found, Pod{Path: join(path, "spec"), Template: value})
		}
		for _, key := range slices.Sorted(maps.Keys(value)) {
			found = append(found, search(group, join(path, key), value, key, value[key])...)
		}
	case []any:
		for index, item := range value {
			found = append(found, search(group, fmt.Sprintf("%s[%d]", path, index), nil, "", item)...)
		}
	}
	return found
}

// containers are all containers of a pod: init containers, sidecars and ephemeral containers as well. Templates of
// Argo Workflows (group argoproj.io) also hold single ones.
func (pod Pod) containers(group string) []Container {
	names := containerLists
	var found []Container
	if group == "argoproj.io" && !pod.Native {
		names = append(slices.Clone(names), "sidecars")
		for _, name := range []string{"container", "script"} {
			if node, isMapping := pod.Spec[name].(map[string]any); isMapping && text(node["image"]) != "" {
				found = append(found, Container{Path: join(pod.Path, name), List: name, Node: node})
			}
		}
	}
	for _, name := range names {
		for index, item := range list(pod.Spec[name]) {
			if node, isMapping := item.(map[string]any); isMapping {
				path := fmt.Sprintf("%s[%d]", join(pod.Path, name), index)
				found = append(found, Container{Path: path, List: name, Node: node})
			}
		}
	}
	return found
}

// isWindows reports whether the pod runs on Windows, where the security context of Linux is refused.
func (pod Pod) isWindows() bool { return text(mapping(pod.Spec["os"])["name"]) == "windows" }

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

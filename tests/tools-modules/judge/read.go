package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/json"
	"k8s.io/apimachinery/pkg/util/yaml"
)

// readAhead is how far kubectl and Helm look for a brace at the beginning of a stream (cli-runtime,
// StreamVisitor.Visit).
const readAhead = 4096

// Reading is what Kubernetes' tools make of a stream: the objects that they would send, in order, and what they
// refuse. Objects before a problem count, since `kubectl apply` sends them.
type Reading struct {
	Objects  []Object
	Problems []string
}

// Object is the JSON of one Kubernetes object.
type Object map[string]any

// read does what cli-runtime's StreamVisitor and FlattenListVisitor do in kubectl and Helm.
func read(stream []byte) (reading Reading) {
	defer func() {
		// kubectl and Helm would crash here, so nothing after this place is sent.
		if problem := recover(); problem != nil {
			reading.Problems = append(reading.Problems, fmt.Sprintf("the reader of Kubernetes failed: %v", problem))
		}
	}()
	decoder := yaml.NewYAMLOrJSONDecoder(bytes.NewReader(stream), readAhead)
	for {
		document := runtime.RawExtension{}
		if err := decoder.Decode(&document); err != nil {
			if !errors.Is(err, io.EOF) {
				reading.Problems = append(reading.Problems, err.Error())
			}
			return reading
		}
		raw := bytes.TrimSpace(document.Raw)
		if len(raw) == 0 || bytes.Equal(raw, []byte("null")) {
			continue
		}
		objects, err := decode(raw)
		reading.Objects = append(reading.Objects, objects...)
		if err != nil {
			reading.Problems = append(reading.Problems, err.Error())
		}
	}
}

// decode reads one document and flattens it, if it is a list, to the objects in it.
func decode(raw []byte) ([]Object, error) {
	root, _, err := unstructured.UnstructuredJSONScheme.Decode(raw, nil, nil)
	if err != nil {
		return nil, err
	}
	// kubectl and Helm refuse metadata of another shape (cli-runtime, metadataValidatingDecoder).
	var shape struct {
		metav1.TypeMeta   `json:",inline"`
		metav1.ObjectMeta `json:"metadata,omitempty"`
	}
	if err := json.Unmarshal(raw, &shape); err != nil {
		if rest, found := withoutUnreadableStamps(raw); found {
			return decode(rest)
		}
		return nil, err
	}
	var objects []Object
	var problems []error
	pending := []runtime.Object{root}
	for len(pending) > 0 {
		current := pending[0]
		pending = pending[1:]
		if meta.IsListType(current) {
			items, err := itemsOf(current)
			if err != nil {
				return objects, err
			}
			pending = append(pending, items...)
			continue
		}
		single, ok := current.(*unstructured.Unstructured)
		switch {
		case !ok:
			problems = append(problems, fmt.Errorf("an item of a list is not an object: %T", current))
		case single.GetKind() == "":
			problems = append(problems, errors.New("an item of a list has no kind"))
		default:
			objects = append(objects, single.Object)
		}
	}
	return objects, errors.Join(problems...)
}

// withoutUnreadableStamps removes annotations of the renderer's own that are not text. The renderer writes text over them
// or removes them, so the object counts although Kubernetes refuses it as it is.
func withoutUnreadableStamps(raw []byte) (rest []byte, found bool) {
	var object Object
	if err := json.Unmarshal(raw, &object); err != nil {
		return nil, false
	}
	annotations := object.annotations()
	for key, value := range annotations {
		if _, isText := value.(string); !isText && value != nil && isOurs(key) {
			delete(annotations, key)
			found = true
		}
	}
	if !found {
		return nil, false
	}
	rest, err := json.Marshal(object)
	return rest, err == nil
}

// isOurs reports whether the renderer itself writes the annotation.
func isOurs(annotation string) bool {
	return strings.HasPrefix(annotation, "ipsy.dev/") || strings.HasPrefix(annotation, "exception.ipsy.dev/")
}

// itemsOf are the items of a list. Today's kubectl and Helm refuse a list in a list; kapp and other versions take it,
// so the judge does as well.
func itemsOf(list runtime.Object) ([]runtime.Object, error) {
	inner, isInner := list.(*unstructured.Unstructured)
	if !isInner {
		return meta.ExtractList(list)
	}
	var items []runtime.Object
	err := inner.EachListItem(func(item runtime.Object) error {
		items = append(items, item)
		return nil
	})
	return items, err
}

// group is the API group; the core group is empty.
func (object Object) group() string {
	group, _, found := strings.Cut(text(object["apiVersion"]), "/")
	if !found {
		return ""
	}
	return group
}

func (object Object) kind() string { return text(object["kind"]) }

// isSentNowhere reports whether kapp keeps the object to itself: it is kapp's own configuration.
func (object Object) isSentNowhere() bool {
	return object.kind() == "Config" && object.group() == "kapp.k14s.io"
}

func (object Object) metadata() map[string]any { return mapping(object["metadata"]) }

func (object Object) annotations() map[string]any { return mapping(object.metadata()["annotations"]) }

// identity is what an object is called in findings, and by what it is found again.
func (object Object) identity() string {
	name := text(object.metadata()["name"])
	if name == "" {
		name = text(object.metadata()["generateName"])
	}
	return fmt.Sprintf("%s %s %s/%s", text(object["apiVersion"]), object.kind(), text(object.metadata()["namespace"]), name)
}

// text is the string at a place, or nothing.
func text(value any) string {
	found, _ := value.(string)
	return found
}

// mapping is the mapping at a place, or an empty one.
func mapping(value any) map[string]any {
	found, _ := value.(map[string]any)
	return found
}

// list is the list at a place, or an empty one.
func list(value any) []any {
	found, _ := value.([]any)
	return found
}

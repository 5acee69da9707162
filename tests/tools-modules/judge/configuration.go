package main

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"
	"sigs.k8s.io/yaml"
)

// Configuration is what the judge needs of a PostRenderConfig, by its own reading.
type Configuration struct {
	Kind             string            `json:"kind"`
	Labels           map[string]string `json:"labels"`
	Annotations      map[string]string `json:"annotations"`
	PodTemplates     PodTemplates      `json:"podTemplates"`
	Resources        Resources         `json:"resources"`
	Standards        Standards         `json:"standards"`
	AdvancedSettings []Setting         `json:"advancedSettings"`
	Exceptions       []Exception       `json:"exceptions"`
	Hooks            Hooks             `json:"hooks"`
}

// PodTemplates sets whether labels and annotations go into pod templates as well.
type PodTemplates struct {
	Labels      bool `json:"labels"`
	Annotations bool `json:"annotations"`
}

// Quantities are amounts by name of the resource.
type Quantities map[string]resource.Quantity

// Resources are the rules for requests and limits.
type Resources struct {
	Defaults struct {
		Requests Quantities `json:"requests"`
		Limits   Quantities `json:"limits"`
	} `json:"defaults"`
	Minimum           Quantities `json:"minimum"`
	Maximum           Quantities `json:"maximum"`
	LimitRequestRatio Quantities `json:"limitRequestRatio"`
	Mode              Mode       `json:"mode"`
}

// Standards are the other rules.
type Standards struct {
	Labels          ModeOnly         `json:"labels"`
	Annotations     ModeOnly         `json:"annotations"`
	ReplicasOwner   ModeOnly         `json:"replicasOwner"`
	ImagePinning    *ImagePinning    `json:"imagePinning"`
	SecurityContext *SecurityContext `json:"securityContext"`
	ProbesPresent   *ProbesPresent   `json:"probesPresent"`
	Spread          *ModeOnly        `json:"spread"`
	GracePeriod     *ModeOnly        `json:"gracePeriod"`
}

// ModeOnly is a standard of which only the mode matters here.
type ModeOnly struct {
	Mode Mode `json:"mode"`
}

// ImagePinning sets which images are refused and which are replaced.
type ImagePinning struct {
	Mode          Mode     `json:"mode"`
	RequireDigest bool     `json:"requireDigest"`
	FloatingTags  []string `json:"floatingTags"`
	Allow         []string `json:"allow"`
	Images        []struct {
		Name    string  `json:"name"`
		NewName *string `json:"newName"`
		NewTag  *string `json:"newTag"`
		Digest  *string `json:"digest"`
	} `json:"images"`
}

// SecurityContext is what pods and containers must say.
type SecurityContext struct {
	Mode      Mode           `json:"mode"`
	Pod       map[string]any `json:"pod"`
	Container map[string]any `json:"container"`
}

// ProbesPresent sets which probes long-running containers must have.
type ProbesPresent struct {
	Mode   Mode     `json:"mode"`
	Probes []string `json:"probes"`
}

// Setting is a patch; only its target matters here.
type Setting struct {
	Target *Target `json:"target"`
}

// Target chooses objects by anchored regular expressions. Selectors are not read: such a target matches more.
type Target struct {
	Group     *string `json:"group"`
	Kind      *string `json:"kind"`
	Name      *string `json:"name"`
	Namespace *string `json:"namespace"`
}

// Exception allows objects to break a rule.
type Exception struct {
	Rule   string  `json:"rule"`
	Target *Target `json:"target"`
}

// Hooks sets whether standards apply to Helm hooks; they do by default.
type Hooks struct {
	Standards *bool `json:"standards"`
}

// Mode is how strict a standard is; the empty one is `enforce`.
type Mode string

// UnmarshalJSON also takes `off` without quotes, which YAML 1.1 reads as false.
func (mode *Mode) UnmarshalJSON(json []byte) error {
	switch word := strings.Trim(string(json), `"`); word {
	case "false":
		*mode = "off"
	case "enforce", "default", "warn", "off":
		*mode = Mode(word)
	default:
		return fmt.Errorf("unknown mode %s", json)
	}
	return nil
}

// changes reports whether the standard writes into manifests.
func (mode Mode) changes() bool { return mode.enforces() || mode == "default" }

// enforces reports whether no output may break the standard.
func (mode Mode) enforces() bool { return mode == "" || mode == "enforce" }

func parseConfiguration(text []byte) (*Configuration, error) {
	var configuration Configuration
	if err := yaml.Unmarshal(text, &configuration); err != nil {
		return nil, err
	}
	if configuration.Kind != "PostRenderConfig" {
		return nil, errors.New("expected kind PostRenderConfig")
	}
	return &configuration, nil
}

// governed are the names of all resources that the configuration lets the renderer write.
func (resources Resources) governed() map[string]bool {
	names := map[string]bool{}
	if !resources.Mode.changes() {
		return names
	}
	sets := []Quantities{
		resources.Defaults.Requests, resources.Defaults.Limits,
		resources.Minimum, resources.Maximum, resources.LimitRequestRatio,
	}
	for _, set := range sets {
		for name := range set {
			names[name] = true
		}
	}
	return names
}

// excepts reports whether an exception allows the object to break the rule.
func (configuration *Configuration) excepts(object Object, rule, part string) bool {
	for _, exception := range configuration.Exceptions {
		id, narrow, _ := strings.Cut(exception.Rule, "/")
		if id == rule && (narrow == "" || narrow == part) && exception.Target.matches(object) {
			return true
		}
	}
	return false
}

// isPatched reports whether a setting may have changed the object in any way.
func (configuration *Configuration) isPatched(object Object) bool {
	for _, setting := range configuration.AdvancedSettings {
		if setting.Target.matches(object) {
			return true
		}
	}
	return false
}

// isExempt reports whether the object is a Helm hook, and hooks are left alone.
func (configuration *Configuration) isExempt(object Object) bool {
	_, isHook := object.annotations()["helm.sh/hook"]
	return isHook && configuration.Hooks.Standards != nil && !*configuration.Hooks.Standards
}

func (target *Target) matches(object Object) bool {
	return target == nil ||
		matchesAll(target.Group, object.group()) &&
			matchesAll(target.Kind, object.kind()) &&
			matchesAll(target.Name, text(object.metadata()["name"])) &&
			matchesAll(target.Namespace, text(object.metadata()["namespace"]))
}

// matchesAll reports whether an anchored expression matches; without one, everything does.
func matchesAll(expression *string, found string) bool {
	if expression == nil {
		return true
	}
	matched, err := regexp.MatchString("^(?:"+*expression+")$", found)
	return err == nil && matched
}

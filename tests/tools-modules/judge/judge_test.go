package main

import (
	"strings"
	"testing"
)

const strict = `
apiVersion: ipsy.dev/v1
kind: PostRenderConfig
labels: {team: payments}
resources:
  defaults: {requests: {cpu: 100m}, limits: {cpu: 500m, memory: 256Mi}}
  maximum: {cpu: "2", memory: 1Gi}
standards:
  imagePinning: {images: [{name: old, newName: new, newTag: "2"}]}
  securityContext: {container: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}}
  probesPresent: {probes: [readiness]}
exceptions:
  - {rule: resource-maximum/memory, reason: r, owner: o, target: {name: big}}
`

// clean is a Deployment that keeps every rule of the strict configuration.
const clean = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {team: payments}}
spec:
  template:
    spec:
      containers:
        - name: web
          image: web:1
          readinessProbe: {tcpSocket: {port: 80}}
          resources: {limits: {cpu: 500m, memory: 256Mi}}
          securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
`

// custom is an object of an unknown kind with a container.
const custom = `
apiVersion: shop.example.com/v1
kind: Checkout
metadata: {name: web, labels: {team: payments}}
spec: {pods: [{containers: [{image: "web:1", resources: {limits: {cpu: 500m, memory: 256Mi}}}]}]}
`

// bare is a Pod that breaks no rule but the one for limits.
const bare = `
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {team: payments}}
spec: {containers: [{image: "web:1", securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}}]}
`

// decide judges an output, and demands either no finding or one of this rule.
func decide(t *testing.T, configuration, input, output, rule string) {
	t.Helper()
	parsed, err := parseConfiguration([]byte(configuration))
	if err != nil {
		t.Fatal(err)
	}
	verdict := judge(parsed, []byte(input), []byte(output))
	for _, finding := range verdict.Findings {
		if finding.Rule == rule {
			return
		}
	}
	if rule != "" || len(verdict.Findings) > 0 {
		t.Errorf("expected a finding of rule %q, got %v", rule, verdict)
	}
}

// with is the text with one part replaced, which must be in it.
func with(t *testing.T, text, old, replacement string) string {
	t.Helper()
	if !strings.Contains(text, old) {
		t.Fatalf("%q is not in the text", old)
	}
	return strings.Replace(text, old, replacement, 1)
}

func TestPlantedBreachesAreFound(t *testing.T) {
	cases := []struct{ name, text, old, replacement, rule string }{
		{"as it is", clean, "memory: 256Mi", "memory: 256Mi", ""},
		{"limit above", clean, "memory: 256Mi", "memory: 2Gi", "resource-maximum"},
		{"request above", clean, "{limits: {", "{requests: {memory: 2Gi}, limits: {", "resource-maximum"},
		{"blanks around", clean, "memory: 256Mi", "memory: ' 2Gi '", "resource-maximum"},
		{"blank that JSON escapes", clean, "memory: 256Mi", `memory: "64Mi\n"`, "resource-maximum"},
		{"line separator after", clean, "memory: 256Mi", `memory: "64Mi\L"`, "resource-maximum"},
		{"next line after", clean, "memory: 256Mi", `memory: "64Mi\N"`, ""},
		{"no-break space after", clean, "memory: 256Mi", `memory: "64Mi\_"`, ""},
		{"exponent", clean, "memory: 256Mi", "memory: 2e9", "resource-maximum"},
		{"zero", clean, "memory: 256Mi", "memory: 0", "resource-maximum"},
		{"zero text", clean, "memory: 256Mi", "memory: '0m'", "resource-maximum"},
		{"null", clean, "memory: 256Mi", "memory: null", "resource-maximum"},
		{"negative", clean, "memory: 256Mi", "memory: -1", "resource-maximum"},
		{"not a quantity", clean, "memory: 256Mi", "memory: plenty", "resource-maximum"},
		{"missing", clean, ", memory: 256Mi", "", "resource-maximum"},
		{"no resources", clean, "resources: {limits: {cpu: 500m, memory: 256Mi}}", "tty: true", "resource-maximum"},
		{"pod above", clean, "    spec:\n      c", "    spec:\n      resources: {limits: {memory: 2Gi}}\n      c", "resource-maximum"},
		{"pod covers", with(t, clean, ", memory: 256Mi", ""), "    spec:\n      c", "    spec:\n      resources: {limits: {memory: 1Gi}}\n      c", ""},
		{"pod's zero does not cover", with(t, clean, ", memory: 256Mi", ""), "    spec:\n      c", "    spec:\n      resources: {limits: {memory: 0}}\n      c", "resource-maximum"},
		{"init", clean, "      containers:", "      initContainers: [{name: a, image: 'a:1', resources: {limits: {memory: 2Gi}}}]\n      containers:", "resource-maximum"},
		{"ephemeral", clean, "      containers:", "      ephemeralContainers: [{name: a, image: 'a:1'}]\n      containers:", "resource-maximum"},
		{"excepted", with(t, clean, "name: web,", "name: big,"), "memory: 256Mi", "memory: 2Gi", ""},
		{"excepted in part", with(t, clean, "name: web,", "name: big,"), "cpu: 500m", "cpu: 3", "resource-maximum"},
		{"label missing", clean, ", labels: {team: payments}", "", "labels"},
		{"label that is a number", clean, "team: payments", "team: 1", ""},
		{"floating", clean, "web:1", "web", "image-pinning"},
		{"latest", clean, "web:1", "host:5000/web:latest", "image-pinning"},
		{"port without tag", clean, "web:1", "host:5000/web", "image-pinning"},
		{"digest", clean, "web:1", "web@sha256:0", ""},
		{"no probe", clean, "readinessProbe: {tcpSocket: {port: 80}}", "readinessProbe: {}", "probes-present"},
		{"escalation", clean, "Escalation: false", "Escalation: true", "security-context"},
		{"capabilities kept", clean, "{drop: [ALL]}", "{add: [A], drop: [ALL]}", ""},
		{"capabilities not dropped", clean, "{drop: [ALL]}", "{add: [A]}", "security-context"},
		{"forged exception", clean, "labels:", "annotations: {exception.ipsy.dev/labels: x}, labels:", "forged-exception"},
		{"pod that is not a mapping", clean, "    spec:\n      containers:", "    spec: text\n    other:\n      containers:", ""},
		{"forged exception in kapp's configuration", "apiVersion: kapp.k14s.io/v1alpha1\nkind: Config\nmetadata: {annotations: {}}\n", "{}", "{exception.ipsy.dev/labels: x}", ""},
		{"pod of a group without pods", bare, "v1", "apps/v1", ""},
		{"pod", bare, "web:1", "web", "image-pinning"},
		{"granted exception", with(t, clean, "name: web,", "name: big,"), "labels:", "annotations: {exception.ipsy.dev/resource-maximum.memory: x}, labels:", ""},
		{"custom resource", custom, "memory: 256Mi", "memory: 256Mi", ""},
		{"custom resource above", custom, "memory: 256Mi", "memory: 2Gi", "resource-maximum"},
		{"custom resource without limit", custom, ", memory: 256Mi", "", "resource-maximum"},
		{"custom resource without image", with(t, custom, "image: \"web:1\"", "name: web"), ", memory: 256Mi", "", ""},
		{"custom resource floating", custom, "web:1", "web", "image-pinning"},
		{"custom resource with init", custom, "containers:", "initContainers:", ""},
		{"custom resource with init above", with(t, custom, "containers:", "initContainers:"), "500m", "3", "resource-maximum"},
		{"dropped by the API server", with(t, custom, "shop.example.com/v1", "v1"), "500m", "3", ""},
		{"workflow template", custom, "shop.example.com/v1\nkind: Checkout\nmetadata: {name: web, labels: {team: payments}}\nspec: {pods: [{containers: [{image: \"web:1\", resources: {limits: {cpu: 500m, memory: 256Mi}}}]}]}",
			"argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {name: web, labels: {team: payments}}\nspec: {templates: [{container: {image: \"web:1\"}}]}", "resource-maximum"},
		{"items on anything", "kind: ConfigMap\napiVersion: v1\nitems:\n  - {kind: Pod, apiVersion: v1, metadata: {name: a}}\n", "name: a", "name: b", "labels"},
	}
	for _, example := range cases {
		t.Run(example.name, func(t *testing.T) {
			text := with(t, example.text, example.old, example.replacement)
			// The text is its own input, so that nothing but the rules can find anything.
			decide(t, strict, text, text, example.rule)
		})
	}
}

func TestUnaskedChangesAreFound(t *testing.T) {
	bare := with(t, clean, ", labels: {team: payments}", "")
	open := with(t, clean, "          resources: {limits: {cpu: 500m, memory: 256Mi}}\n", "")
	cases := []struct{ name, input, output, rule string }{
		{"label added", bare, clean, ""},
		{"label that the author wrote", with(t, clean, "payments", "checkout"), with(t, clean, "payments", "checkout"), ""},
		{"label of another value", bare, with(t, clean, "payments", "checkout"), "labels"},
		{"another label added", bare, with(t, clean, "team:", "other: x, team:"), "nothing-else"},
		{"stamp added", clean, with(t, clean, "labels:", "annotations: {ipsy.dev/config-hash: x}, labels:"), ""},
		{"annotation added", clean, with(t, clean, "labels:", "annotations: {x: z}, labels:"), "nothing-else"},
		{"limits added", open, clean, ""},
		{"limit lowered", with(t, clean, "256Mi", "9Gi"), with(t, clean, "256Mi", "1Gi"), ""},
		{"limit changed within bounds", clean, with(t, clean, "256Mi", "512Mi"), "nothing-else"},
		{"limit in another form", with(t, clean, "500m", "0.5"), clean, ""},
		{"limit removed", clean, with(t, clean, "cpu: 500m, ", ""), "nothing-else"},
		{"another resource removed", with(t, clean, "cpu: 500m", "gpu: 1, cpu: 500m"), clean, "nothing-else"},
		{"above the pod's own", with(t, open, "    spec:\n      c", "    spec:\n      resources: {limits: {memory: 64Mi}}\n      c"),
			with(t, clean, "    spec:\n      c", "    spec:\n      resources: {limits: {memory: 64Mi}}\n      c"), "nothing-else"},
		{"pod's own added", clean, with(t, clean, "    spec:\n      c", "    spec:\n      resources: {limits: {memory: 1Gi}}\n      c"), "nothing-else"},
		{"limit added to what the pod requests", with(t, clean, "    spec:\n      c", "    spec:\n      resources: {requests: {memory: 1Gi}}\n      c"),
			with(t, clean, "    spec:\n      c", "    spec:\n      resources: {requests: {memory: 1Gi}, limits: {memory: 1Gi}}\n      c"), ""},
		{"limit added to what the pod does not state", with(t, clean, "    spec:\n      c", "    spec:\n      resources: {requests: {memory: 1Gi}}\n      c"),
			with(t, clean, "    spec:\n      c", "    spec:\n      resources: {requests: {memory: 1Gi}, limits: {cpu: 1}}\n      c"), "nothing-else"},
		{"image replaced as configured", with(t, clean, "web:1", "old:1"), with(t, clean, "web:1", "new:2"), ""},
		{"image replaced otherwise", clean, with(t, clean, "web:1", "web:2"), "nothing-else"},
		{"container missing", with(t, clean, "      containers:\n", "      containers:\n        - {name: other}\n"), clean, "nothing-else"},
		{"command changed", with(t, clean, "image:", "command: [a]\n          image:"), with(t, clean, "image:", "command: [b]\n          image:"), "nothing-else"},
		{"object missing", clean + "---\n" + custom, clean, "same-objects"},
		{"object added", clean, clean + "---\n" + custom, "same-objects"},
		{"order changed", clean + "---\n" + custom, custom + "---\n" + clean, "same-objects"},
		{"own stamp made text", with(t, clean, "labels:", "annotations: {ipsy.dev/config-hash: 1.10}, labels:"), with(t, clean, "labels:", "annotations: {ipsy.dev/config-hash: a}, labels:"), ""},
		{"another annotation made text", with(t, clean, "labels:", "annotations: {a: 1.10}, labels:"), with(t, clean, "labels:", "annotations: {a: b}, labels:"), "same-objects"},
		{"made readable", "a: [", "", "same-objects"},
		{"made unreadable", clean, clean + "---\na: [", "same-objects"},
		{"owner changed", with(t, clean, "team:", "app.kubernetes.io/managed-by: Helm, team:"), with(t, clean, "team:", "app.kubernetes.io/managed-by: ipsy, team:"), "nothing-else"},
		{"replicas that nothing scales", with(t, clean, "spec:", "spec:\n  replicas: 2"), clean, "nothing-else"},
		{"only the form", clean, "apiVersion: v1\nkind: List\nitems:\n  - " + strings.ReplaceAll(strings.TrimSpace(clean), "\n", "\n    ") + "\n", ""},
	}
	for _, example := range cases {
		t.Run(example.name, func(t *testing.T) {
			decide(t, strict, example.input, example.output, example.rule)
		})
	}
}

func TestReplicasMayGoWhereAnAutoscalerOwnsThem(t *testing.T) {
	scaler := "---\napiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: web, labels: {team: payments}}\nspec: {scaleTargetRef: {kind: Deployment, name: web}}\n"
	decide(t, strict, with(t, clean, "spec:", "spec:\n  replicas: 2")+scaler, clean+scaler, "")
}

func TestASettingMayChangeItsTargetButNotItsOwner(t *testing.T) {
	configuration := strict + "advancedSettings: [{target: {kind: Deployment}, patch: {}}]\n"
	owned := with(t, clean, "team:", "app.kubernetes.io/managed-by: Helm, team:")
	decide(t, configuration, owned, with(t, owned, "name: web", "replicas: 1, name: web"), "")
	decide(t, configuration, owned, with(t, owned, "Helm", "ipsy"), "nothing-else")
	decide(t, configuration, with(t, owned, "Helm", "kapp"), with(t, owned, "Helm", "ipsy"), "")
}

func TestTemplatesWithoutContainersMayGetLabels(t *testing.T) {
	configuration := strict + "podTemplates: {labels: true}\n"
	const input = "apiVersion: shop.example.com/v1\nkind: Checkout\nmetadata: {name: web, labels: {team: payments}}\nspec: {template: {spec: {others: []}}}\n"
	output := with(t, input, "template: {", "template: {metadata: {labels: {team: payments}}, ")
	decide(t, configuration, input, output, "")
	decide(t, configuration, input, with(t, output, "payments}}, spec", "payments, a: b}}, spec"), "nothing-else")
	decide(t, configuration, input, with(t, output, "others:", "more:"), "nothing-else")
}

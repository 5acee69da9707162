{{- /*
Labels and annotations. Names go through toYaml wherever they stand alone: an app may be called `on`, which
YAML 1.1, and so Kubernetes, reads as true. Selectors hold name, instance and component only and are frozen for ever:
Kubernetes refuses to change the selector of a Deployment.
*/ -}}

{{- /* Takes a dict of root and component. */ -}}
{{- define "ipsy-app.selectorLabels" -}}
app.kubernetes.io/component: {{ .component | toYaml }}
app.kubernetes.io/instance: {{ .root.Values.app.name | toYaml }}
app.kubernetes.io/name: {{ .root.Values.app.name | toYaml }}
{{- end -}}

{{- /*
The labels of pods: what selects them, who owns them, and app.labels. The version of the image and of
the chart are not among them, so that a new image changes the image and nothing else, and a new chart
does not roll the pods.
*/ -}}
{{- define "ipsy-app.podLabels" -}}
{{- $app := .root.Values.app -}}
{{- $labels := dict -}}
{{- range $key, $value := $app.labels -}}
{{- $_ := set $labels $key $value -}}
{{- end -}}
{{- with $app.team -}}{{- $_ := set $labels "ipsy.dev/team" . -}}{{- end -}}
{{- with $app.environment -}}{{- $_ := set $labels "ipsy.dev/environment" . -}}{{- end -}}
{{- with $app.runtime -}}{{- $_ := set $labels "ipsy.dev/runtime" . -}}{{- end -}}
{{- with $app.partOf -}}{{- $_ := set $labels "app.kubernetes.io/part-of" . -}}{{- end -}}
{{- toYaml (mergeOverwrite $labels (include "ipsy-app.selectorLabels" . | fromYaml)) -}}
{{- end -}}

{{- /* The labels of objects: those of pods, and who manages the object. */ -}}
{{- define "ipsy-app.labels" -}}
{{- $labels := include "ipsy-app.podLabels" . | fromYaml -}}
{{- $_ := set $labels "app.kubernetes.io/managed-by" .root.Release.Service -}}
{{- $_ := set $labels "helm.sh/chart" (printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_") -}}
{{- toYaml $labels -}}
{{- end -}}

{{- /*
The metadata of an object. Takes a dict of root, name, component and, if there are any, annotations.
The stamp of the post-renderer (ipsy.dev/standards-version) is not written here: an admission policy
reads it as proof that the post-renderer ran.
*/ -}}
{{- define "ipsy-app.metadata" -}}
name: {{ .name | toYaml }}
labels:
  {{- include "ipsy-app.labels" . | nindent 2 }}
{{- $annotations := dict -}}
{{- range $key, $value := .root.Values.app.annotations -}}
{{- $_ := set $annotations $key $value -}}
{{- end -}}
{{- with .root.Values.app.standardsVersion -}}
{{- $_ := set $annotations "ipsy.dev/values-standards-version" . -}}
{{- end -}}
{{- range $key, $value := .annotations -}}
{{- $_ := set $annotations $key $value -}}
{{- end -}}
{{- with $annotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

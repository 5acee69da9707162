{{- /*
Names and labels. PriorityClasses and cluster roles belong to the whole cluster, so their names carry the
namespace: two releases never own the same one.
*/ -}}

{{- define "ipsy-overprovisioner.name" -}}
{{- .Values.name | default .Release.Name -}}
{{- end -}}

{{- define "ipsy-overprovisioner.clusterName" -}}
{{- printf "%s-%s" .Release.Namespace (include "ipsy-overprovisioner.name" .) -}}
{{- end -}}

{{- define "ipsy-overprovisioner.priorityClassName" -}}
{{- .Values.priorityClass.name | default (include "ipsy-overprovisioner.clusterName" .) -}}
{{- end -}}

{{- /* What selects pods; frozen for ever. Takes a dict of root and component. */ -}}
{{- define "ipsy-overprovisioner.selectorLabels" -}}
app.kubernetes.io/component: {{ .component | toYaml }}
app.kubernetes.io/instance: {{ include "ipsy-overprovisioner.name" .root | toYaml }}
app.kubernetes.io/name: ipsy-overprovisioner
{{- end -}}

{{- define "ipsy-overprovisioner.podLabels" -}}
{{- toYaml (mergeOverwrite (deepCopy .root.Values.labels) (include "ipsy-overprovisioner.selectorLabels" . | fromYaml)) -}}
{{- end -}}

{{- /* Takes a dict of root, component and name. */ -}}
{{- define "ipsy-overprovisioner.metadata" -}}
name: {{ .name | toYaml }}
labels:
  {{- $labels := include "ipsy-overprovisioner.podLabels" . | fromYaml }}
  {{- $_ := set $labels "app.kubernetes.io/managed-by" .root.Release.Service }}
  {{- $_ := set $labels "helm.sh/chart" (printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_") }}
  {{- toYaml $labels | nindent 2 }}
{{- with .root.Values.annotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "ipsy-overprovisioner.image" -}}
{{- if .digest -}}
{{- printf "%s@%s" .repository .digest -}}
{{- else -}}
{{- printf "%s:%s" .repository .tag -}}
{{- end -}}
{{- end -}}

{{- /*
Where pods may and should run. Takes what ipsy-app.podTemplate takes. spotPercent is a wish, not a quota:
0 keeps pods off Spot, 100 keeps them on Spot, between them Spot is preferred with that weight.
*/ -}}
{{- define "ipsy-app.placement" -}}
{{- $placement := .workload.placement | default .root.Values.placement | default dict -}}
{{- $spot := $placement.spotPercent -}}
{{- $hasSpot := not (kindIs "invalid" $spot) -}}
{{- $selector := deepCopy ($placement.nodeSelector | default dict) -}}
{{- with $placement.arch -}}
{{- $_ := set $selector "kubernetes.io/arch" . -}}
{{- end -}}
{{- $tolerations := $placement.tolerations | default list -}}
{{- $affinity := deepCopy ($placement.affinity | default dict) -}}
{{- if $hasSpot -}}
{{- if gt (int $spot) 0 -}}
{{- $tolerations = append $tolerations (dict "key" "karpenter.sh/capacity-type" "operator" "Equal" "value" "spot" "effect" "NoSchedule") -}}
{{- end -}}
{{- if eq (int $spot) 0 -}}
{{- $_ := set $selector "karpenter.sh/capacity-type" "on-demand" -}}
{{- else if eq (int $spot) 100 -}}
{{- $_ := set $selector "karpenter.sh/capacity-type" "spot" -}}
{{- else -}}
{{- $expression := dict "key" "karpenter.sh/capacity-type" "operator" "In" "values" (list "spot") -}}
{{- $preference := dict "weight" (int $spot) "preference" (dict "matchExpressions" (list $expression)) -}}
{{- $node := $affinity.nodeAffinity | default dict -}}
{{- $preferred := append ($node.preferredDuringSchedulingIgnoredDuringExecution | default list) $preference -}}
{{- $_ := set $node "preferredDuringSchedulingIgnoredDuringExecution" $preferred -}}
{{- $_ := set $affinity "nodeAffinity" $node -}}
{{- end -}}
{{- end -}}
{{- with $placement.priorityClassName }}
priorityClassName: {{ . | toYaml }}
{{- end }}
{{- with $selector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- if .hashLabel }}
{{- with include "ipsy-app.topologySpread" . | trim }}
topologySpreadConstraints:
  {{- . | nindent 2 }}
{{- end }}
{{- end }}
{{- end -}}

{{- /*
Spread over zones and nodes, counted per revision: without the revision's label the old pods of a
rollout would push the new ones together.
*/ -}}
{{- define "ipsy-app.topologySpread" -}}
{{- $context := . -}}
{{- range $name, $spread := .root.Values.topologySpread }}
{{- if $spread }}
- topologyKey: {{ $spread.topologyKey | toYaml }}
  maxSkew: {{ int ($spread.maxSkew | default 1) }}
  whenUnsatisfiable: {{ $spread.whenUnsatisfiable | default "ScheduleAnyway" }}
  {{- with $spread.minDomains }}
  minDomains: {{ int . }}
  {{- end }}
  labelSelector:
    matchLabels:
      {{- include "ipsy-app.selectorLabels" $context | nindent 6 }}
  matchLabelKeys:
    - {{ $context.hashLabel }}
{{- end }}
{{- end }}
{{- end -}}

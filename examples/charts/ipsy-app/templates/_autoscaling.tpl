{{- /*
Who sets the number of pods. A number in `replicas` is the chart's; without one the app is scaled, by a
HorizontalPodAutoscaler, or by KEDA as soon as one metric is neither cpu nor memory. Never both, and
`replicas` is never rendered beside a scaler: each apply would undo what the scaler decided.
*/ -}}

{{- /* "hpa", "keda" or empty. Takes a dict of component and workload. */ -}}
{{- define "ipsy-app.scaler" -}}
{{- $scaled := kindIs "invalid" .workload.replicas -}}
{{- if and (ne .component "web") (not .workload.autoscaling) -}}
{{- $scaled = false -}}
{{- end -}}
{{- if $scaled -}}
{{- $scaler := "hpa" -}}
{{- range $name, $metric := (.workload.autoscaling | default dict).metrics -}}
{{- if not (has $name (list "cpu" "memory")) -}}
{{- $scaler = "keda" -}}
{{- end -}}
{{- end -}}
{{- $scaler -}}
{{- end -}}
{{- end -}}

{{- /* The autoscaling of a workload with its defaults, as YAML. Takes a dict of workload. */ -}}
{{- define "ipsy-app.autoscaling" -}}
{{- $given := .workload.autoscaling | default dict -}}
{{- $minimum := 2 -}}
{{- if hasKey $given "min" -}}
{{- $minimum = int $given.min -}}
{{- end -}}
{{- $maximum := max 10 $minimum -}}
{{- if hasKey $given "max" -}}
{{- $maximum = int $given.max -}}
{{- end -}}
{{- $metrics := $given.metrics | default (dict "cpu" (dict "targetUtilization" 70)) -}}
{{- toYaml (dict "min" $minimum "max" $maximum "metrics" $metrics) -}}
{{- end -}}

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

{{- /* A metric as a trigger of KEDA, whose settings are all strings. Takes a dict of name and metric. */ -}}
{{- define "ipsy-app.trigger" -}}
{{- $metric := .metric -}}
{{- if has .name (list "cpu" "memory") -}}
type: {{ .name | toYaml }}
name: {{ .name | toYaml }}
{{- if $metric.targetAverageValue }}
metricType: AverageValue
metadata:
  value: {{ $metric.targetAverageValue | quote }}
{{- else }}
metricType: Utilization
metadata:
  value: {{ int $metric.targetUtilization | quote }}
{{- end }}
{{- else if $metric.sqsQueueUrl -}}
type: aws-sqs-queue
name: {{ .name | toYaml }}
metadata:
  queueURL: {{ $metric.sqsQueueUrl | quote }}
  queueLength: {{ $metric.target | toJson | quote }}
  {{- if hasKey $metric "activationTarget" }}
  activationQueueLength: {{ $metric.activationTarget | toJson | quote }}
  {{- end }}
  awsRegion: {{ $metric.region | default (regexReplaceAll "^https://(sqs\\.)?([a-z0-9-]+)\\..*$" $metric.sqsQueueUrl "${2}") | quote }}
  {{- if not $metric.authentication }}
  identityOwner: operator
  {{- end }}
{{- else if $metric.prometheusQuery -}}
type: prometheus
name: {{ .name | toYaml }}
metadata:
  serverAddress: {{ $metric.prometheusAddress | quote }}
  query: {{ $metric.prometheusQuery | quote }}
  threshold: {{ $metric.target | toJson | quote }}
  {{- if hasKey $metric "activationTarget" }}
  activationThreshold: {{ $metric.activationTarget | toJson | quote }}
  {{- end }}
{{- else if $metric.cronSchedule -}}
type: cron
name: {{ .name | toYaml }}
metadata:
  timezone: {{ $metric.cronSchedule.timeZone | quote }}
  start: {{ $metric.cronSchedule.start | quote }}
  end: {{ $metric.cronSchedule.end | quote }}
  desiredReplicas: {{ int $metric.cronSchedule.replicas | quote }}
{{- else -}}
{{- toYaml (mergeOverwrite (dict "name" .name) $metric.keda) -}}
{{- end }}
{{- with $metric.authentication }}
authenticationRef:
  name: {{ . | toYaml }}
{{- end }}
{{- end -}}

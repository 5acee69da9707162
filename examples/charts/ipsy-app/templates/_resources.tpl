{{- /*
Requests and limits. Memory is limited to what is requested unless both are given, since a node that
runs out of memory kills pods above their request first. The processor is limited only on demand:
throttling hurts more than it protects.
*/ -}}

{{- define "ipsy-app.resources" -}}
{{- $given := . | default dict -}}
{{- $requests := deepCopy ($given.requests | default dict) -}}
{{- $limits := deepCopy ($given.limits | default dict) -}}
{{- if not $requests.cpu -}}
{{- $_ := set $requests "cpu" ($limits.cpu | default "100m") -}}
{{- end -}}
{{- if not $requests.memory -}}
{{- $_ := set $requests "memory" ($limits.memory | default "256Mi") -}}
{{- end -}}
{{- if not $limits.memory -}}
{{- $_ := set $limits "memory" $requests.memory -}}
{{- end -}}
limits:
  {{- toYaml $limits | nindent 2 }}
requests:
  {{- toYaml $requests | nindent 2 }}
{{- end -}}

{{- /* The other side of a network rule. */ -}}

{{- define "ipsy-app.peers" -}}
{{- range .cidrs }}
- ipBlock:
    cidr: {{ . | quote }}
{{- end }}
{{- if or .namespaceLabels .podLabels }}
{{- $selectors := dict }}
{{- with .namespaceLabels }}
{{- $_ := set $selectors "namespaceSelector" (dict "matchLabels" .) }}
{{- end }}
{{- with .podLabels }}
{{- $_ := set $selectors "podSelector" (dict "matchLabels" .) }}
{{- end }}
- {{ toYaml $selectors | nindent 2 | trim }}
{{- end }}
{{- end -}}

{{- define "ipsy-app.peerPorts" -}}
{{- if .ports }}
ports:
  {{- range $port := .ports }}
  - protocol: {{ $.protocol | default "TCP" }}
    port: {{ include "ipsy-app.portReference" $port }}
  {{- end }}
{{- end }}
{{- end -}}

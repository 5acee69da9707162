{{- /*
How a Deployment replaces its pods: by default never fewer than wanted, so that a bad release takes no
capacity away. Kubernetes refuses surge settings beside Recreate.
*/ -}}
{{- define "ipsy-app.strategy" -}}
{{- with .Values.strategy -}}
type: {{ .type }}
{{- if eq .type "RollingUpdate" }}
rollingUpdate:
  maxSurge: {{ include "ipsy-app.count" .maxSurge }}
  maxUnavailable: {{ include "ipsy-app.count" .maxUnavailable }}
{{- end }}
{{- end -}}
{{- end -}}

{{- /* A number of pods, absolute or as a percentage. */ -}}
{{- define "ipsy-app.count" -}}
{{- if kindIs "string" . -}}{{- . | quote -}}{{- else -}}{{- int . -}}{{- end -}}
{{- end -}}

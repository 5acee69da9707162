{{- /*
Names. Every object is named after app.name, never after the release: the provider computes names
(target groups, service accounts) at plan, before any release exists, and the same values must give
the same objects under Helm, kapp and Terraform.
*/ -}}

{{- define "ipsy-app.name" -}}
{{- .Values.app.name -}}
{{- end -}}

{{- define "ipsy-app.serviceAccountName" -}}
{{- .Values.serviceAccount.name | default .Values.app.name -}}
{{- end -}}

{{- /* An image reference from an `image` map. A digest is enough, so a tag beside it is left out. */ -}}
{{- define "ipsy-app.image" -}}
{{- if .digest -}}
{{- printf "%s@%s" .repository .digest -}}
{{- else -}}
{{- printf "%s:%s" .repository (.tag | default "latest") -}}
{{- end -}}
{{- end -}}

{{- /* The port that probes, services and routes mean when nothing else is said: `http`, or the first by name. */ -}}
{{- define "ipsy-app.mainPort" -}}
{{- if hasKey .Values.ports "http" -}}
http
{{- else if .Values.ports -}}
{{- keys .Values.ports | sortAlpha | first -}}
{{- end -}}
{{- end -}}

{{- /* A port of the Service as an Ingress writes it. */ -}}
{{- define "ipsy-app.serviceBackendPort" -}}
{{- if kindIs "string" . -}}
name: {{ . | toYaml }}
{{- else -}}
number: {{ int . }}
{{- end -}}
{{- end -}}

{{- /* A port of the Service by number, where no name is taken. Takes a dict of root and port. */ -}}
{{- define "ipsy-app.servicePortNumber" -}}
{{- if kindIs "string" .port -}}
{{- $named := get .root.Values.ports .port | default dict -}}
{{- $named.servicePort | default $named.port | int -}}
{{- else -}}
{{- int .port -}}
{{- end -}}
{{- end -}}

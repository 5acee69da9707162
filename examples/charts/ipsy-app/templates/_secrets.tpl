{{- /*
Secrets. Values name a secret, they never hold one: an operator in the cluster (External Secrets or the
Secrets Store CSI driver) reads it from AWS and writes a Kubernetes Secret, which the pods read.
*/ -}}

{{- /* The Secret that the operator writes. Takes a dict of root, provider and prefix (default: the app's name). */ -}}
{{- define "ipsy-app.secretName" -}}
{{- printf "%s-%s" (.prefix | default .root.Values.app.name) (kebabcase .provider) -}}
{{- end -}}

{{- /* The providers that are in use, as JSON, without those that need no operator. */ -}}
{{- define "ipsy-app.secretProviders" -}}
{{- $providers := list -}}
{{- range $name, $secret := .Values.secrets -}}
{{- if ne $secret.provider "kubernetes" -}}
{{- $providers = append $providers $secret.provider -}}
{{- end -}}
{{- end -}}
{{- $providers | uniq | sortAlpha | toJson -}}
{{- end -}}

{{- /* The spec of an ExternalSecret. Takes a dict of root, provider and prefix. */ -}}
{{- define "ipsy-app.externalSecretSpec" -}}
{{- $context := . -}}
{{- $store := get .root.Values.externalSecrets.stores .provider -}}
refreshInterval: {{ .root.Values.externalSecrets.refreshInterval }}
secretStoreRef:
  kind: {{ $store.kind }}
  name: {{ $store.name }}
target:
  name: {{ include "ipsy-app.secretName" . }}
  creationPolicy: Owner
data:
  {{- range $name, $secret := .root.Values.secrets }}
  {{- if eq $secret.provider $context.provider }}
  - secretKey: {{ $name }}
    remoteRef:
      key: {{ $secret.key | quote }}
      {{- with $secret.property }}
      property: {{ . | quote }}
      {{- end }}
      {{- with $secret.version }}
      version: {{ . | quote }}
      {{- end }}
  {{- end }}
  {{- end }}
{{- end -}}

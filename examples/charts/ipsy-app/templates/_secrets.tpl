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
  name: {{ $store.name | toYaml }}
target:
  name: {{ include "ipsy-app.secretName" . | toYaml }}
  creationPolicy: Owner
data:
  {{- range $name, $secret := .root.Values.secrets }}
  {{- if eq $secret.provider $context.provider }}
  - secretKey: {{ $name | toYaml }}
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

{{- /*
The spec of a SecretProviderClass: what the AWS provider fetches, and the Secret that the driver keeps in
step with it while a pod has the volume. Takes a dict of root, provider and prefix.
*/ -}}
{{- define "ipsy-app.secretProviderClassSpec" -}}
{{- $context := . -}}
{{- $objects := list -}}
{{- $data := list -}}
{{- range $name, $secret := .root.Values.secrets -}}
{{- if eq $secret.provider $context.provider -}}
{{- $object := dict "objectName" $secret.key "objectType" (eq $secret.provider "parameterStore" | ternary "ssmparameter" "secretsmanager") "objectAlias" $name -}}
{{- with $secret.version -}}
{{- $_ := set $object (eq $secret.provider "parameterStore" | ternary "objectVersion" "objectVersionLabel") . -}}
{{- end -}}
{{- with $secret.property -}}
{{- $_ := set $object "objectAlias" (printf "%s.whole" $name) -}}
{{- $_ := set $object "jmesPath" (list (dict "path" . "objectAlias" $name)) -}}
{{- end -}}
{{- $objects = append $objects $object -}}
{{- $data = append $data (dict "objectName" $name "key" $name) -}}
{{- end -}}
{{- end -}}
provider: aws
parameters:
  usePodIdentity: "true"
  objects: |
    {{- toYaml $objects | nindent 4 }}
secretObjects:
  - secretName: {{ include "ipsy-app.secretName" . | toYaml }}
    type: Opaque
    data:
      {{- toYaml $data | nindent 6 }}
{{- end -}}

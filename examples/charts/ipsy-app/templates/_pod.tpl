{{- /*
The pod template of every workload: web, workers, crons and the migration. What is written here without
being asked for (non-root, read-only root, no token, no service links, spread) is part of the contract:
a change of it rolls every pod of every app on the next chart update.
*/ -}}

{{- /*
Takes a dict of root, component, workload (.Values for web, or the entry of a worker, cron or migration),
port (the main port, empty if there is none), restartPolicy (jobs), serviceAccount, hashLabel (the label
by which the owner distinguishes its revisions), and for the migration filesConfigMap, secretPrefix and
beforeInstall (true: refer to nothing that the install itself makes).
*/ -}}
{{- define "ipsy-app.podTemplate" -}}
{{- $values := .root.Values -}}
{{- $checksum := include "ipsy-app.configChecksum" .root -}}
{{- $annotations := dict -}}
{{- range $key, $value := $values.podAnnotations -}}
{{- $_ := set $annotations $key $value -}}
{{- end -}}
{{- with $checksum -}}
{{- $_ := set $annotations "ipsy.dev/config-checksum" . -}}
{{- end -}}
{{- if $values.sidecars -}}
{{- $_ := set $annotations "kubectl.kubernetes.io/default-container" "app" -}}
{{- end -}}
metadata:
  labels:
    {{- include "ipsy-app.podLabels" . | nindent 4 }}
  {{- with $annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  {{- with .restartPolicy }}
  restartPolicy: {{ . }}
  {{- end }}
  serviceAccountName: {{ .serviceAccount | default (include "ipsy-app.serviceAccountName" .root) | toYaml }}
  automountServiceAccountToken: {{ $values.serviceAccount.automountToken }}
  {{- /* Environment variables of every Service in the namespace would change the app when a neighbour moves in. */}}
  enableServiceLinks: false
  {{- with $values.image.pullSecrets }}
  imagePullSecrets:
    {{- range . }}
    - name: {{ . | toYaml }}
    {{- end }}
  {{- end }}
  {{- if .port }}
  {{- /* preStop runs inside this time; what is left of it must cover the drain of open connections. */}}
  terminationGracePeriodSeconds: {{ add (int $values.lifecycle.preStopSeconds) (int $values.lifecycle.drainSeconds) 5 }}
  {{- else }}
  terminationGracePeriodSeconds: {{ add (int $values.lifecycle.drainSeconds) 5 }}
  {{- end }}
  securityContext:
    {{- include "ipsy-app.podSecurity" .root | nindent 4 }}
  {{- with include "ipsy-app.placement" . | trim }}
  {{- . | nindent 2 }}
  {{- end }}
  {{- with include "ipsy-app.startContainers" .root | trim }}
  initContainers:
    {{- . | nindent 4 }}
  {{- end }}
  containers:
    {{- include "ipsy-app.mainContainer" . | nindent 4 }}
    {{- /* A job would never end while a plain sidecar runs. */}}
    {{- if not .restartPolicy }}
    {{- with include "ipsy-app.besideContainers" .root | trim }}
    {{- . | nindent 4 }}
    {{- end }}
    {{- end }}
  {{- with include "ipsy-app.volumes" . | trim }}
  volumes:
    {{- . | nindent 4 }}
  {{- end }}
{{- end -}}

{{- /* Rolls the pods when configuration that they read only at start changes. Empty if there is none. */ -}}
{{- define "ipsy-app.configChecksum" -}}
{{- if or .Values.env .Values.files -}}
{{- dict "env" (.Values.env | default dict) "files" (.Values.files | default dict) | toJson | sha256sum -}}
{{- end -}}
{{- end -}}

{{- define "ipsy-app.podSecurity" -}}
{{- with .Values.security -}}
runAsNonRoot: {{ .runAsNonRoot }}
{{- range $field := list "runAsUser" "runAsGroup" "fsGroup" }}
{{- if not (kindIs "invalid" (get $.Values.security $field)) }}
{{- if hasKey $.Values.security $field }}
{{ $field }}: {{ get $.Values.security $field | int64 | toYaml }}
{{- end }}
{{- end }}
{{- end }}
{{- if hasKey . "fsGroup" }}
{{- /* Walking a large volume at every start takes minutes. */}}
fsGroupChangePolicy: OnRootMismatch
{{- end }}
seccompProfile:
  type: {{ .seccompProfile }}
{{- end -}}
{{- end -}}

{{- define "ipsy-app.containerSecurity" -}}
allowPrivilegeEscalation: {{ .allowPrivilegeEscalation }}
readOnlyRootFilesystem: {{ .readOnlyRootFilesystem }}
capabilities:
  drop:
    {{- toYaml .dropCapabilities | nindent 4 }}
  {{- with .addCapabilities }}
  add:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}

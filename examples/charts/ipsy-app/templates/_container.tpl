{{- /* The app's own container. It is always called `app`, so that one patch serves every app. */ -}}

{{- /* Takes what ipsy-app.podTemplate takes. */ -}}
{{- define "ipsy-app.mainContainer" -}}
{{- $values := .root.Values -}}
{{- $workload := .workload -}}
- name: app
  image: {{ include "ipsy-app.image" $values.image | quote }}
  imagePullPolicy: {{ $values.image.pullPolicy }}
  {{- with $workload.command }}
  command:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $workload.args }}
  args:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $workload.workingDir }}
  workingDir: {{ . | quote }}
  {{- end }}
  securityContext:
    {{- include "ipsy-app.containerSecurity" $values.security | nindent 4 }}
  {{- if .port }}
  ports:
    {{- range $name, $port := $values.ports }}
    - name: {{ $name | toYaml }}
      containerPort: {{ int $port.port }}
      protocol: {{ $port.protocol | default "TCP" }}
    {{- end }}
  {{- end }}
  {{- with include "ipsy-app.envFrom" . | trim }}
  envFrom:
    {{- . | nindent 4 }}
  {{- end }}
  {{- with include "ipsy-app.env" . | trim }}
  env:
    {{- . | nindent 4 }}
  {{- end }}
  {{- with include "ipsy-app.probes" (dict "root" .root "probes" $workload.probes "port" .port) | trim }}
  {{- . | nindent 2 }}
  {{- end }}
  resources:
    {{- include "ipsy-app.resources" ($workload.resources | default $values.resources) | nindent 4 }}
  {{- if and .port (gt (int $values.lifecycle.preStopSeconds) 0) }}
  lifecycle:
    {{- /* The load balancer sends requests for a while after the pod is asked to stop. This is
    Kubernetes' own sleep: the image needs no shell. */}}
    preStop:
      sleep:
        seconds: {{ int $values.lifecycle.preStopSeconds }}
  {{- end }}
  {{- with include "ipsy-app.volumeMounts" . | trim }}
  volumeMounts:
    {{- . | nindent 4 }}
  {{- end }}
{{- end -}}

{{- /* Whole sets of variables; of two sets with the same name in them, the later wins: ours. */ -}}
{{- define "ipsy-app.envFrom" -}}
{{- range .root.Values.envFrom }}
- {{ toYaml . | nindent 2 | trim }}
{{- end }}
{{- if and .root.Values.env (not .beforeInstall) }}
- configMapRef:
    name: {{ .root.Values.app.name }}-env
{{- end }}
{{- end -}}

{{- /* Single variables: secrets, fields of the pod, and what a worker, cron or migration has of its own. */ -}}
{{- define "ipsy-app.env" -}}
{{- $plain := dict -}}
{{- if .beforeInstall -}}
{{- range $name, $value := .root.Values.env -}}
{{- $_ := set $plain $name $value -}}
{{- end -}}
{{- end -}}
{{- if ne .component "web" -}}
{{- range $name, $value := .workload.env -}}
{{- $_ := set $plain $name $value -}}
{{- end -}}
{{- end -}}
{{- range $name, $value := $plain }}
- name: {{ $name | toYaml }}
  value: {{ $value | quote }}
{{- end }}
{{- range $name, $field := .root.Values.envFields }}
- name: {{ $name | toYaml }}
  valueFrom:
    fieldRef:
      fieldPath: {{ $field }}
{{- end }}
{{- $context := . -}}
{{- range $name, $secret := .root.Values.secrets }}
- name: {{ $name | toYaml }}
  valueFrom:
    secretKeyRef:
      {{- if eq $secret.provider "kubernetes" }}
      name: {{ $secret.key | toYaml }}
      key: {{ $secret.property | toYaml }}
      {{- else }}
      name: {{ include "ipsy-app.secretName" (dict "root" $context.root "provider" $secret.provider "prefix" $context.secretPrefix) | toYaml }}
      key: {{ $name | toYaml }}
      {{- end }}
{{- end }}
{{- end -}}

{{- /*
Containers around the app's own: native sidecars and init containers, which start before it in their
order, and plain sidecars, which run beside it. They share the app's volumes by name.
*/ -}}

{{- /* Renders the initContainers. Takes the root context. */ -}}
{{- define "ipsy-app.startContainers" -}}
{{- $root := . -}}
{{- $keys := list -}}
{{- range $name, $container := .Values.sidecars -}}
{{- if and $container (ne ($container.native | toString) "false") -}}
{{- $order := hasKey $container "order" | ternary $container.order 100 | int -}}
{{- $keys = append $keys (printf "%06d/sidecar/%s" $order $name) -}}
{{- end -}}
{{- end -}}
{{- range $name, $container := .Values.initContainers -}}
{{- if $container -}}
{{- $order := hasKey $container "order" | ternary $container.order 200 | int -}}
{{- $keys = append $keys (printf "%06d/start/%s" $order $name) -}}
{{- end -}}
{{- end -}}
{{- range $key := sortAlpha $keys }}
{{- $parts := splitList "/" $key }}
{{- $name := index $parts 2 }}
{{- if eq (index $parts 1) "sidecar" }}
{{- include "ipsy-app.extraContainer" (dict "root" $root "name" $name "container" (get $root.Values.sidecars $name) "native" true) }}
{{- else }}
{{- include "ipsy-app.extraContainer" (dict "root" $root "name" $name "container" (get $root.Values.initContainers $name)) }}
{{- end }}
{{- end }}
{{- end -}}

{{- /* Renders the containers after the app's own. Takes the root context. */ -}}
{{- define "ipsy-app.besideContainers" -}}
{{- $root := . -}}
{{- range $name, $container := .Values.sidecars }}
{{- if and $container (eq ($container.native | toString) "false") }}
{{- include "ipsy-app.extraContainer" (dict "root" $root "name" $name "container" $container) }}
{{- end }}
{{- end }}
{{- end -}}

{{- /* One container. Takes a dict of root, name, container and native. */ -}}
{{- define "ipsy-app.extraContainer" -}}
{{- $container := .container }}
- name: {{ .name | toYaml }}
  image: {{ include "ipsy-app.image" ($container.image | default .root.Values.image) | quote }}
  imagePullPolicy: {{ (($container.image | default dict).pullPolicy) | default .root.Values.image.pullPolicy }}
  {{- if .native }}
  {{- /* Always makes it a native sidecar: it starts before the app and stops after it. */}}
  restartPolicy: Always
  {{- end }}
  {{- with $container.command }}
  command:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $container.args }}
  args:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  securityContext:
    {{- include "ipsy-app.containerSecurity" (mergeOverwrite (deepCopy .root.Values.security) ($container.security | default dict)) | nindent 4 }}
  {{- with $container.ports }}
  ports:
    {{- range $name, $port := . }}
    - name: {{ $name | toYaml }}
      containerPort: {{ int $port.port }}
      protocol: {{ $port.protocol | default "TCP" }}
    {{- end }}
  {{- end }}
  {{- with $container.env }}
  env:
    {{- range $name, $value := . }}
    - name: {{ $name | toYaml }}
      value: {{ $value | quote }}
    {{- end }}
  {{- end }}
  {{- with include "ipsy-app.probes" (dict "root" .root "probes" $container.probes "port" "") | trim }}
  {{- . | nindent 2 }}
  {{- end }}
  resources:
    {{- include "ipsy-app.resources" $container.resources | nindent 4 }}
  {{- with $container.mounts }}
  volumeMounts:
    {{- range $name, $mount := . }}
    - name: {{ $name | toYaml }}
      mountPath: {{ $mount.path | quote }}
      {{- with $mount.subPath }}
      subPath: {{ . | quote }}
      {{- end }}
      {{- if $mount.readOnly }}
      readOnly: true
      {{- end }}
    {{- end }}
  {{- end }}
{{- end -}}

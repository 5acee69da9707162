{{- /*
Volumes and files. The root file system is read-only, so what an app writes needs a volume: /tmp is one
by default. Files are mounted one by one, each at its own path, and never hide their neighbours.
*/ -}}

{{- /* The volumes of a pod. Takes what ipsy-app.podTemplate takes. */ -}}
{{- define "ipsy-app.volumes" -}}
{{- $root := .root -}}
{{- range $name, $volume := $root.Values.volumes }}
{{- if $volume }}
- name: {{ $name | toYaml }}
  {{- if hasKey $volume "emptyDir" }}
  {{- if $volume.emptyDir }}
  emptyDir:
    {{- toYaml $volume.emptyDir | nindent 4 }}
  {{- else }}
  emptyDir: {}
  {{- end }}
  {{- else if and $volume.claim $.beforeInstall (not $volume.claim.existing) }}
  {{- /* The claim is made after the migration has run. */}}
  emptyDir: {}
  {{- else if $volume.claim }}
  persistentVolumeClaim:
    claimName: {{ $volume.claim.existing | default (printf "%s-%s" $root.Values.app.name $name) | toYaml }}
  {{- else if $volume.configMap }}
  configMap:
    name: {{ $volume.configMap | toYaml }}
  {{- else if $volume.secret }}
  secret:
    secretName: {{ $volume.secret | toYaml }}
  {{- end }}
{{- end }}
{{- end }}
{{- with $root.Values.files }}
- name: files
  configMap:
    name: {{ $.filesConfigMap | default (printf "%s-files" $root.Values.app.name) | toYaml }}
    items:
      {{- range $path, $file := . }}
      - key: {{ include "ipsy-app.fileKey" $path | toYaml }}
        path: {{ include "ipsy-app.fileKey" $path | toYaml }}
        {{- with $file.mode }}
        {{- /* Octal in values, as people write it; decimal here, as JSON can. */}}
        mode: {{ toDecimal . }}
        {{- end }}
      {{- end }}
{{- end }}
{{- if eq $root.Values.secretDelivery "csi" }}
{{- range $provider := include "ipsy-app.secretProviders" $root | fromJsonArray }}
- name: secrets-{{ kebabcase $provider }}
  csi:
    driver: secrets-store.csi.k8s.io
    readOnly: true
    volumeAttributes:
      secretProviderClass: {{ include "ipsy-app.secretName" (dict "root" $root "provider" $provider "prefix" $.secretPrefix) | toYaml }}
{{- end }}
{{- end }}
{{- end -}}

{{- /* The mounts of the app's own container. Takes what ipsy-app.podTemplate takes. */ -}}
{{- define "ipsy-app.volumeMounts" -}}
{{- $root := .root -}}
{{- range $name, $volume := $root.Values.volumes }}
{{- if $volume }}
{{- with $volume.mountPath }}
- name: {{ $name | toYaml }}
  mountPath: {{ . | quote }}
  {{- with $volume.subPath }}
  subPath: {{ . | quote }}
  {{- end }}
  {{- if $volume.readOnly }}
  readOnly: true
  {{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- range $path, $file := $root.Values.files }}
- name: files
  mountPath: {{ $path | quote }}
  subPath: {{ include "ipsy-app.fileKey" $path | toYaml }}
  readOnly: true
{{- end }}
{{- if eq $root.Values.secretDelivery "csi" }}
{{- range $provider := include "ipsy-app.secretProviders" $root | fromJsonArray }}
- name: secrets-{{ kebabcase $provider }}
  mountPath: /mnt/secrets/{{ kebabcase $provider }}
  readOnly: true
{{- end }}
{{- end }}
{{- end -}}

{{- /* A path as a key of a ConfigMap, which takes no slash. The sum keeps /a/b and /a_b apart. */ -}}
{{- define "ipsy-app.fileKey" -}}
{{- printf "%s-%s" (sha256sum . | trunc 8) (base .) -}}
{{- end -}}

{{- /* The files as the data of a ConfigMap. */ -}}
{{- define "ipsy-app.fileData" -}}
{{- $data := dict -}}
{{- range $path, $file := .Values.files -}}
{{- $_ := set $data (include "ipsy-app.fileKey" $path) $file.content -}}
{{- end -}}
{{- toYaml $data -}}
{{- end -}}

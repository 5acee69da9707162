{{- /* What the pods of a pool look like: a placeholder, or the pattern of a buffer. */ -}}

{{- /* The labels of the nodes of a pool, as YAML. Takes the pool. */ -}}
{{- define "ipsy-overprovisioner.nodeSelector" -}}
{{- $selector := deepCopy (.nodeSelector | default dict) -}}
{{- with .capacityType -}}
{{- $_ := set $selector "karpenter.sh/capacity-type" . -}}
{{- end -}}
{{- with .arch -}}
{{- $_ := set $selector "kubernetes.io/arch" . -}}
{{- end -}}
{{- toYaml $selector -}}
{{- end -}}

{{- /* A pod template. Takes a dict of root, component, pool, priorityClassName and hashLabel. */ -}}
{{- define "ipsy-overprovisioner.podTemplate" -}}
{{- $pool := .pool -}}
{{- $selector := include "ipsy-overprovisioner.nodeSelector" $pool | fromYaml -}}
{{- $tolerations := $pool.tolerations | default list -}}
{{- if eq ($pool.capacityType | default "") "spot" -}}
{{- $tolerations = append $tolerations (dict "key" "karpenter.sh/capacity-type" "operator" "Equal" "value" "spot" "effect" "NoSchedule") -}}
{{- end -}}
metadata:
  labels:
    {{- include "ipsy-overprovisioner.podLabels" . | nindent 4 }}
spec:
  {{- with .priorityClassName }}
  priorityClassName: {{ . | toYaml }}
  {{- end }}
  {{- /* It does nothing, so it has nothing to end: the pod that needs the room starts at once. */}}
  terminationGracePeriodSeconds: 0
  automountServiceAccountToken: false
  enableServiceLinks: false
  securityContext:
    runAsNonRoot: true
    runAsUser: 65535
    runAsGroup: 65535
    seccompProfile:
      type: RuntimeDefault
  {{- with $selector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  topologySpreadConstraints:
    - topologyKey: topology.kubernetes.io/zone
      maxSkew: 1
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels:
          {{- include "ipsy-overprovisioner.selectorLabels" . | nindent 10 }}
      {{- with .hashLabel }}
      matchLabelKeys:
        - {{ . }}
      {{- end }}
  containers:
    - name: placeholder
      image: {{ include "ipsy-overprovisioner.image" .root.Values.image | quote }}
      imagePullPolicy: IfNotPresent
      securityContext:
        allowPrivilegeEscalation: false
        readOnlyRootFilesystem: true
        capabilities:
          drop:
            - ALL
      {{- /* Request and limit alike: what is kept free is exactly what is asked for. */}}
      resources:
        limits:
          {{- toYaml $pool.resources | nindent 10 }}
        requests:
          {{- toYaml $pool.resources | nindent 10 }}
{{- end -}}

{{- /* A quantity of processor in cores, as a number. */ -}}
{{- define "ipsy-overprovisioner.cores" -}}
{{- if hasSuffix "m" . -}}
{{- divf (trimSuffix "m" . | float64) 1000 -}}
{{- else -}}
{{- float64 . -}}
{{- end -}}
{{- end -}}

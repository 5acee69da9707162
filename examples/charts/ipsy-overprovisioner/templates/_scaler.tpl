{{- /* The pools that are given in percent, as JSON: they need a scaler that counts the cluster's cores. */ -}}
{{- define "ipsy-overprovisioner.scaledPools" -}}
{{- $pools := dict -}}
{{- if eq .Values.mode "placeholder" -}}
{{- range $name, $pool := .Values.pools -}}
{{- if ($pool | default dict).percent -}}
{{- $_ := set $pools $name $pool -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toJson $pools -}}
{{- end -}}

{{- define "ipsy-overprovisioner.scalerName" -}}
{{- printf "%s-scaler" (include "ipsy-overprovisioner.name" .) -}}
{{- end -}}

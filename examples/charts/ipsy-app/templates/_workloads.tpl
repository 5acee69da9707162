{{- /*
The long-running workloads of the app as JSON: a list of component, name, apiVersion, kind, scaler and
workload (the part of the values that describes it). Scalers and budgets are rendered for each of them.
*/ -}}
{{- define "ipsy-app.workloads" -}}
{{- $workloads := list -}}
{{- $web := pick .Values "replicas" "autoscaling" "pdb" -}}
{{- $apiVersion := "apps/v1" -}}
{{- $kind := "Deployment" -}}
{{- if .Values.rollout.enabled -}}
{{- $apiVersion = "argoproj.io/v1alpha1" -}}
{{- $kind = "Rollout" -}}
{{- end -}}
{{- $workloads = append $workloads (dict
  "component" "web"
  "name" .Values.app.name
  "apiVersion" $apiVersion
  "kind" $kind
  "scaler" (include "ipsy-app.scaler" (dict "component" "web" "workload" $web))
  "workload" $web) -}}
{{- range $name, $worker := .Values.workers -}}
{{- if not (kindIs "invalid" $worker) -}}
{{- $component := printf "worker-%s" $name -}}
{{- $workloads = append $workloads (dict
  "component" $component
  "name" (printf "%s-%s" $.Values.app.name $name)
  "apiVersion" "apps/v1"
  "kind" "Deployment"
  "scaler" (include "ipsy-app.scaler" (dict "component" $component "workload" $worker))
  "workload" $worker) -}}
{{- end -}}
{{- end -}}
{{- $workloads | toJson -}}
{{- end -}}

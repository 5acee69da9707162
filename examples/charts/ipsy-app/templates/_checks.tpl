{{- /*
What a schema cannot say: rules over several values. All problems are told at once, each with the place
and what to do. `helm lint` does not stop at them; `helm template`, `install` and `upgrade` do.
*/ -}}
{{- define "ipsy-app.checks" -}}
{{- $values := .Values -}}
{{- $problems := list -}}

{{- if eq $values.app.name "replace-me" -}}
{{- $problems = append $problems "app.name: is not set. Give the name of the application." -}}
{{- end -}}
{{- if eq $values.image.repository "replace-me" -}}
{{- $problems = append $problems "image.repository: is not set. Give the repository of the image, without a tag." -}}
{{- end -}}

{{- if and $values.targetGroups $values.ingress.enabled -}}
{{- $problems = append $problems "ingress.enabled: the load balancer has two owners. Keep targetGroups (Terraform makes it) or ingress (the controller makes it)." -}}
{{- end -}}

{{- $workloads := dict "values" (pick $values "replicas" "autoscaling") -}}
{{- range $name, $worker := $values.workers -}}
{{- if $worker -}}
{{- $_ := set $workloads (printf "workers.%s" $name) $worker -}}
{{- end -}}
{{- end -}}
{{- range $where, $workload := $workloads -}}
{{- $prefix := eq $where "values" | ternary "" (printf "%s." $where) -}}
{{- if and $workload.autoscaling (not (kindIs "invalid" $workload.replicas)) -}}
{{- $problems = append $problems (printf "%sreplicas: is set beside %sautoscaling, and they would overwrite each other. Remove one of them." $prefix $prefix) -}}
{{- end -}}
{{- with $workload.autoscaling -}}
{{- $scaling := include "ipsy-app.autoscaling" (dict "workload" $workload) | fromYaml -}}
{{- if gt (int $scaling.min) (int $scaling.max) -}}
{{- $problems = append $problems (printf "%sautoscaling.min: %d is more than autoscaling.max, %d." $prefix (int $scaling.min) (int $scaling.max)) -}}
{{- end -}}
{{- if and (eq (int $scaling.min) 0) (ne (include "ipsy-app.scaler" (dict "component" "web" "workload" $workload)) "keda") -}}
{{- $problems = append $problems (printf "%sautoscaling.min: 0 needs a metric that is known without pods, such as a queue. Add one, or start at 1." $prefix) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- range $name, $secret := $values.secrets -}}
{{- if hasKey ($values.env | default dict) $name -}}
{{- $problems = append $problems (printf "secrets.%s: is also in env. Remove one of them." $name) -}}
{{- end -}}
{{- end -}}

{{- $known := keys $values.ports | sortAlpha | join ", " | default "none" -}}
{{- range $where, $port := include "ipsy-app.portReferences" . | fromJson -}}
{{- if and (kindIs "string" $port) (not (hasKey $values.ports $port)) -}}
{{- $problems = append $problems (printf "%s: there is no port %q; known ports: %s." $where $port $known) -}}
{{- end -}}
{{- end -}}

{{- range $name, $cron := $values.crons -}}
{{- $full := printf "%s-%s" $values.app.name $name -}}
{{- if gt (len $full) 52 -}}
{{- $problems = append $problems (printf "crons.%s: the name %q is longer than the 52 characters that Kubernetes allows for a CronJob. Choose a shorter one." $name $full) -}}
{{- end -}}
{{- end -}}

{{- with $problems -}}
{{- fail (printf "\n\n%d problem(s) in the values of %s:\n- %s\n" (len .) $values.app.name (join "\n- " .)) -}}
{{- end -}}
{{- end -}}

{{- /* Every place that names a port of the app, as a JSON map of place to port. */ -}}
{{- define "ipsy-app.portReferences" -}}
{{- $references := dict -}}
{{- range $kind, $probe := .Values.probes -}}
{{- range $handler := list "http" "tcp" "grpc" -}}
{{- with get ($probe | default dict) $handler -}}
{{- $_ := set $references (printf "probes.%s.%s.port" $kind $handler) .port -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range $backend, $group := .Values.targetGroups -}}
{{- if $group -}}
{{- $_ := set $references (printf "targetGroups.%s.port" $backend) ($group.port | default (include "ipsy-app.mainPort" $ | default "http")) -}}
{{- end -}}
{{- end -}}
{{- $references | toJson -}}
{{- end -}}

{{- /*
What a schema cannot say: rules over several values. All problems are told at once, each with the place
and what to do. `helm lint` does not stop at them; `helm template`, `install` and `upgrade` do.

Each part below gives its problems as a JSON list.
*/ -}}
{{- define "ipsy-app.checks" -}}
{{- $problems := list -}}
{{- range $part := list "identity" "scaling" "variables" "ports" "references" "volumes" "names" -}}
{{- $problems = concat $problems (include (printf "ipsy-app.checks.%s" $part) $ | fromJsonArray) -}}
{{- end -}}
{{- with $problems -}}
{{- fail (printf "\n\n%d problem(s) in the values of %s:\n- %s\n" (len .) $.Values.app.name (join "\n- " .)) -}}
{{- end -}}
{{- end -}}

{{- define "ipsy-app.checks.identity" -}}
{{- $problems := list -}}
{{- if eq .Values.app.name "replace-me" -}}
{{- $problems = append $problems "app.name: is not set. Give the name of the application." -}}
{{- end -}}
{{- if eq .Values.image.repository "replace-me" -}}
{{- $problems = append $problems "image.repository: is not set. Give the repository of the image, without a tag." -}}
{{- end -}}
{{- if and .Values.targetGroups .Values.ingress.enabled -}}
{{- $problems = append $problems "ingress.enabled: the load balancer has two owners. Keep targetGroups (Terraform makes it) or ingress (the controller makes it)." -}}
{{- end -}}
{{- range $backend, $group := .Values.targetGroups -}}
{{- if and $group (not $group.arn) (eq ($group.apiVersion | default "") "eks.amazonaws.com/v1") -}}
{{- $problems = append $problems (printf "targetGroups.%s.name: EKS Auto Mode binds a target group by its ARN only. Give `arn`, or install the AWS Load Balancer Controller and drop `apiVersion`." $backend) -}}
{{- end -}}
{{- end -}}
{{- toJson $problems -}}
{{- end -}}

{{- /* Two owners of one number, and bounds that contradict each other. */ -}}
{{- define "ipsy-app.checks.scaling" -}}
{{- $problems := list -}}
{{- $workloads := dict "" (pick .Values "replicas" "autoscaling") -}}
{{- range $name, $worker := .Values.workers -}}
{{- if $worker -}}
{{- $_ := set $workloads (printf "workers.%s." $name) $worker -}}
{{- end -}}
{{- end -}}
{{- range $prefix, $workload := $workloads -}}
{{- with $workload.autoscaling -}}
{{- if not (kindIs "invalid" $workload.replicas) -}}
{{- $problems = append $problems (printf "%sreplicas: is set beside %sautoscaling, and they would overwrite each other. Remove one of them." $prefix $prefix) -}}
{{- end -}}
{{- $scaling := include "ipsy-app.autoscaling" (dict "workload" $workload) | fromYaml -}}
{{- if gt (int $scaling.min) (int $scaling.max) -}}
{{- $problems = append $problems (printf "%sautoscaling.min: %d is more than %sautoscaling.max, %d." $prefix (int $scaling.min) $prefix (int $scaling.max)) -}}
{{- end -}}
{{- $events := omit $scaling.metrics "cpu" "memory" -}}
{{- if and (eq (int $scaling.min) 0) (not $events) -}}
{{- $problems = append $problems (printf "%sautoscaling.min: 0 needs a metric that is known without pods, such as a queue. Add one, or start at 1." $prefix) -}}
{{- end -}}
{{- if and .keda (not $events) -}}
{{- $problems = append $problems (printf "%sautoscaling.keda: no metric needs KEDA. Remove it, or add a metric other than cpu and memory." $prefix) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toJson $problems -}}
{{- end -}}

{{- /* A variable with two sources: Kubernetes would take one of them without a word. */ -}}
{{- define "ipsy-app.checks.variables" -}}
{{- $problems := list -}}
{{- $values := .Values -}}
{{- range $name, $secret := $values.secrets -}}
{{- range $other := list "env" "envFields" -}}
{{- if hasKey (get $values $other | default dict) $name -}}
{{- $problems = append $problems (printf "secrets.%s: is also in %s. Remove one of them." $name $other) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range $name, $field := $values.envFields -}}
{{- if hasKey ($values.env | default dict) $name -}}
{{- $problems = append $problems (printf "envFields.%s: is also in env. Remove one of them." $name) -}}
{{- end -}}
{{- end -}}
{{- $jobs := dict "migration" $values.migration -}}
{{- range $kind := list "workers" "crons" -}}
{{- range $name, $job := get $values $kind -}}
{{- $_ := set $jobs (printf "%s.%s" $kind $name) ($job | default dict) -}}
{{- end -}}
{{- end -}}
{{- range $where, $job := $jobs -}}
{{- range $name, $value := $job.env -}}
{{- range $other := list "secrets" "envFields" -}}
{{- if hasKey (get $values $other | default dict) $name -}}
{{- $problems = append $problems (printf "%s.env.%s: is also in %s. Remove one of them." $where $name $other) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toJson $problems -}}
{{- end -}}

{{- /* Two ports of the Service alike. */ -}}
{{- define "ipsy-app.checks.ports" -}}
{{- $problems := list -}}
{{- $seen := dict -}}
{{- range $name, $port := .Values.ports -}}
{{- $key := printf "%d/%s" (int ($port.servicePort | default $port.port)) ($port.protocol | default "TCP") -}}
{{- if hasKey $seen $key -}}
{{- $problems = append $problems (printf "ports.%s: the Service has %s already, for ports.%s. Give one of them another servicePort." $name $key (get $seen $key)) -}}
{{- end -}}
{{- $_ := set $seen $key $name -}}
{{- end -}}
{{- toJson $problems -}}
{{- end -}}

{{- /* Names of ports that the app does not have. */ -}}
{{- define "ipsy-app.checks.references" -}}
{{- $problems := list -}}
{{- $ports := .Values.ports | default dict -}}
{{- $known := keys $ports | sortAlpha | join ", " | default "none" -}}
{{- range $where, $port := include "ipsy-app.portReferences" . | fromJson -}}
{{- if and (kindIs "string" $port) (not (hasKey $ports $port)) -}}
{{- if $port -}}
{{- $problems = append $problems (printf "%s: port %q not found; known ports: %s." $where $port $known) -}}
{{- else -}}
{{- $problems = append $problems (printf "%s: the app has no port. Add one under ports." $where) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toJson $problems -}}
{{- end -}}

{{- /* Every place that means a port of the app, as a JSON map of place to port. */ -}}
{{- define "ipsy-app.portReferences" -}}
{{- $references := dict -}}
{{- $main := include "ipsy-app.mainPort" . -}}
{{- $probed := dict "probes" .Values.probes -}}
{{- range $name, $worker := .Values.workers -}}
{{- $_ := set $probed (printf "workers.%s.probes" $name) (($worker | default dict).probes) -}}
{{- end -}}
{{- range $where, $probes := $probed -}}
{{- range $kind, $probe := $probes -}}
{{- range $handler := list "http" "tcp" "grpc" -}}
{{- with get ($probe | default dict) $handler -}}
{{- $_ := set $references (printf "%s.%s.%s.port" $where $kind $handler) .port -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range $backend, $group := .Values.targetGroups -}}
{{- if $group -}}
{{- $_ := set $references (printf "targetGroups.%s.port" $backend) ($group.port | default $main) -}}
{{- end -}}
{{- end -}}
{{- if .Values.ingress.enabled -}}
{{- range $host, $rule := .Values.ingress.hosts -}}
{{- range $path, $target := $rule.paths -}}
{{- $_ := set $references (printf "ingress.hosts.%s.paths.%s.port" $host $path) ($target.port | default $main) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range $kind := list "httpRoute" "monitoring" -}}
{{- $settings := get $.Values $kind -}}
{{- if $settings.enabled -}}
{{- $_ := set $references (printf "%s.port" $kind) ($settings.port | default $main) -}}
{{- end -}}
{{- end -}}
{{- if .Values.networkPolicy.enabled -}}
{{- range $name, $peer := .Values.networkPolicy.ingress -}}
{{- range $index, $port := ($peer | default dict).ports -}}
{{- $_ := set $references (printf "networkPolicy.ingress.%s.ports[%d]" $name $index) $port -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toJson $references -}}
{{- end -}}

{{- /* Two things mounted at one path, unknown volumes, and disks that several pods would fight for. */ -}}
{{- define "ipsy-app.checks.volumes" -}}
{{- $problems := list -}}
{{- $values := .Values -}}
{{- $seen := dict -}}
{{- $shared := or (include "ipsy-app.scaler" (dict "component" "web" "workload" $values)) (gt (int $values.replicas) 1) $values.workers -}}
{{- range $name, $volume := $values.volumes -}}
{{- if eq $name "files" -}}
{{- $problems = append $problems "volumes.files: the name is taken by the files of the app. Choose another." -}}
{{- end -}}
{{- with $volume -}}
{{- with .mountPath -}}
{{- $path := clean . -}}
{{- if hasKey $seen $path -}}
{{- $problems = append $problems (printf "volumes.%s.mountPath: %s is taken by volumes.%s." $name $path (get $seen $path)) -}}
{{- end -}}
{{- $_ := set $seen $path $name -}}
{{- end -}}
{{- $modes := (.claim | default dict).accessModes | default (list "ReadWriteOnce") -}}
{{- if and (.claim | default dict).size $shared (not (has "ReadWriteMany" $modes)) -}}
{{- $problems = append $problems (printf "volumes.%s.claim.accessModes: several pods need ReadWriteMany. Ask for it, with a storageClassName that has it, or set replicas to 1." $name) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range $path, $file := $values.files -}}
{{- if hasKey $seen (clean $path) -}}
{{- $problems = append $problems (printf "files.%s: the path is taken by volumes.%s." $path (get $seen (clean $path))) -}}
{{- end -}}
{{- end -}}
{{- range $kind := list "sidecars" "initContainers" -}}
{{- range $name, $container := get $values $kind -}}
{{- range $volume, $mount := ($container | default dict).mounts -}}
{{- if not (get ($values.volumes | default dict) $volume) -}}
{{- $problems = append $problems (printf "%s.%s.mounts.%s: volume not found; known volumes: %s." $kind $name $volume (keys ($values.volumes | default dict) | sortAlpha | join ", " | default "none")) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toJson $problems -}}
{{- end -}}

{{- /* Names that Kubernetes would refuse. */ -}}
{{- define "ipsy-app.checks.names" -}}
{{- $problems := list -}}
{{- $values := .Values -}}
{{- range $name, $cron := $values.crons -}}
{{- $full := printf "%s-%s" $values.app.name $name -}}
{{- if gt (len $full) 52 -}}
{{- $problems = append $problems (printf "crons.%s: the name %q is longer than the 52 characters that Kubernetes allows for a CronJob. Choose a shorter one." $name $full) -}}
{{- end -}}
{{- end -}}
{{- $migration := include "ipsy-app.migrationName" . -}}
{{- if and $values.migration.enabled (gt (len $migration) 63) -}}
{{- $problems = append $problems (printf "migration.enabled: the name %q is longer than the 63 characters that Kubernetes allows for a Job. Choose a shorter app.name." $migration) -}}
{{- end -}}
{{- range $kind := list "sidecars" "initContainers" -}}
{{- if get (get $values $kind | default dict) "app" -}}
{{- $problems = append $problems (printf "%s.app: the name is taken by the app's own container. Choose another." $kind) -}}
{{- end -}}
{{- end -}}
{{- range $name, $container := $values.sidecars -}}
{{- if and $container (get ($values.initContainers | default dict) $name) -}}
{{- $problems = append $problems (printf "sidecars.%s: is also in initContainers. Choose another name." $name) -}}
{{- end -}}
{{- end -}}
{{- toJson $problems -}}
{{- end -}}

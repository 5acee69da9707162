{{- /*
Probes. Without a word about them, a container with a port is probed by opening a connection to it:
weaker than asking the app, but right for every app.
*/ -}}

{{- /* The three probes of a container. Takes a dict of root, probes and port (empty: nothing is probed by default). */ -}}
{{- define "ipsy-app.probes" -}}
{{- $probes := .probes | default dict -}}
{{- $defaults := dict -}}
{{- if .port -}}
{{- $defaults = dict
  "startup" (dict "tcp" (dict "port" .port) "periodSeconds" 5 "failureThreshold" 30)
  "readiness" (dict "tcp" (dict "port" .port) "periodSeconds" 10 "failureThreshold" 3)
  "liveness" (dict "tcp" (dict "port" .port) "periodSeconds" 10 "failureThreshold" 3) -}}
{{- end -}}
{{- $root := .root -}}
{{- range $kind := list "startup" "liveness" "readiness" -}}
{{- $default := get $defaults $kind | default dict -}}
{{- $given := get $probes $kind | default dict -}}
{{- if pick $given "http" "tcp" "grpc" "exec" -}}
{{- $default = omit $default "tcp" -}}
{{- end -}}
{{- $probe := merge (deepCopy $given) $default -}}
{{- if and $probe (ne (get $probe "enabled" | toString) "false") }}
{{ $kind }}Probe:
  {{- include "ipsy-app.probe" (dict "root" $root "probe" $probe) | nindent 2 }}
{{- end -}}
{{- end -}}
{{- end -}}

{{- /* One probe as Kubernetes writes it. Takes a dict of root and probe. */ -}}
{{- define "ipsy-app.probe" -}}
{{- $probe := .probe -}}
{{- with $probe.http -}}
httpGet:
  path: {{ .path | default "/" | quote }}
  port: {{ include "ipsy-app.portReference" .port }}
  {{- with .scheme }}
  scheme: {{ . }}
  {{- end }}
  {{- with .headers }}
  httpHeaders:
    {{- range $name, $value := . }}
    - name: {{ $name | quote }}
      value: {{ $value | quote }}
    {{- end }}
  {{- end }}
{{- else with $probe.grpc -}}
grpc:
  port: {{ include "ipsy-app.portNumber" (dict "root" $.root "port" .port) }}
  {{- with .service }}
  service: {{ . | quote }}
  {{- end }}
{{- else with $probe.exec -}}
exec:
  command:
    {{- toYaml .command | nindent 4 }}
{{- else with $probe.tcp -}}
tcpSocket:
  port: {{ include "ipsy-app.portReference" .port }}
{{- end }}
{{- range $field := list "initialDelaySeconds" "periodSeconds" "timeoutSeconds" "successThreshold" "failureThreshold" "terminationGracePeriodSeconds" }}
{{- if not (kindIs "invalid" (get $probe $field)) }}
{{- if hasKey $probe $field }}
{{ $field }}: {{ get $probe $field | int }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{- /* A port by name or number, where Kubernetes takes both. */ -}}
{{- define "ipsy-app.portReference" -}}
{{- if kindIs "string" . -}}{{- . | toYaml -}}{{- else -}}{{- int . -}}{{- end -}}
{{- end -}}

{{- /* A port by number, where Kubernetes takes no name. Takes a dict of root and port. */ -}}
{{- define "ipsy-app.portNumber" -}}
{{- if kindIs "string" .port -}}
{{- $named := get .root.Values.ports .port | default dict -}}
{{- $named.port | int -}}
{{- else -}}
{{- int .port -}}
{{- end -}}
{{- end -}}

{{- /*
What jobs have in common. Jobs of the migration are Helm hooks, which run before the app's own objects
exist: everything that they need is a hook too, made just before and removed when all went well.
*/ -}}

{{- /* How often and how long a job tries. Takes the entry of a cron, or the migration. */ -}}
{{- define "ipsy-app.jobTimes" -}}
backoffLimit: {{ hasKey . "backoffLimit" | ternary .backoffLimit 3 | int }}
{{- if hasKey . "activeDeadlineSeconds" }}
activeDeadlineSeconds: {{ int .activeDeadlineSeconds }}
{{- end }}
ttlSecondsAfterFinished: {{ hasKey . "ttlSecondsAfterFinished" | ternary .ttlSecondsAfterFinished 86400 | int }}
{{- end -}}

{{- define "ipsy-app.migrationName" -}}
{{- .Values.app.name }}-migration
{{- end -}}

{{- define "ipsy-app.migrationServiceAccount" -}}
{{- .Values.migration.serviceAccountName | default (include "ipsy-app.migrationName" .) -}}
{{- end -}}

{{- /* The annotations of what the migration needs. */ -}}
{{- define "ipsy-app.migrationNeed" -}}
helm.sh/hook: pre-install,pre-upgrade
helm.sh/hook-weight: "-10"
helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
{{- end -}}

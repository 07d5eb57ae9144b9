{{/* Names and labels, and what several templates must say alike. */}}

{{- define "todo-app.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | quote }}
{{ include "todo-app.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: todo-app
{{- end -}}

{{- define "todo-app.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{/* The image, by digest if there is one. */}}
{{- define "todo-app.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}
{{ .repository }}@{{ .digest }}
{{- else -}}
{{ .repository }}:{{ .tag | default $.Chart.AppVersion }}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* A service's settings over the defaults. Takes (dict "root" $ "name" app-id); read it with fromYaml. */}}
{{- define "todo-app.service" -}}
{{- mustMergeOverwrite (deepCopy .root.Values.serviceDefaults) (deepCopy (index .root.Values.services .name)) | toYaml -}}
{{- end -}}

{{/* The pod's own restrictions: what the Pod Security Standard "restricted" asks for. */}}
{{- define "todo-app.podSecurity" -}}
runAsNonRoot: true
runAsUser: {{ .Values.runAsUser }}
runAsGroup: {{ .Values.runAsUser }}
fsGroup: {{ .Values.runAsUser }}
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "todo-app.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{/* Where pods may run. Takes (dict "root" $ "component" name). */}}
{{- define "todo-app.placement" -}}
{{- with .root.Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .root.Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: {{ .root.Values.topologyKey }}
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "todo-app.selector" .root | nindent 8 }}
        app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{/* Where the Dapr components and the tasks are kept. */}}
{{- define "todo-app.connectionString" -}}
{{- $external := .Values.secrets.postgresql.connectionString -}}
{{- $external | default (printf "postgresql://todo:%s@%s-database:5432/todo?sslmode=disable" (include "todo-app.postgresqlPassword" .) .Release.Name) -}}
{{- end -}}

{{/* Of the database in the cluster: given, or that of the release before, or made now and kept for the rest of the rendering. */}}
{{- define "todo-app.postgresqlPassword" -}}
{{- if .Values.postgresql.password -}}
{{ .Values.postgresql.password }}
{{- else -}}
{{- $name := printf "%s-database" .Release.Name -}}
{{- include "todo-app.kept" (dict "root" . "secret" $name "key" "password" "new" (randAlphaNum 32)) -}}
{{- end -}}
{{- end -}}

{{/*
A value that is made once: the one in the cluster, else `new`. Within one rendering the same name gives the same value.
Takes (dict "root" $ "secret" name "key" key "new" text).
*/}}
{{- define "todo-app.kept" -}}
{{- $made := dict -}}
{{- if hasKey .root.Values "made" -}}
{{- $made = .root.Values.made -}}
{{- else -}}
{{- $_ := set .root.Values "made" $made -}}
{{- end -}}
{{- $id := printf "%s/%s" .secret .key -}}
{{- if not (hasKey $made $id) -}}
{{- $there := lookup "v1" "Secret" .root.Release.Namespace .secret -}}
{{- $data := dig "data" dict ($there | default dict) -}}
{{- $_ := set $made $id (ternary (get $data .key | b64dec) .new (hasKey $data .key)) -}}
{{- end -}}
{{- get $made $id -}}
{{- end -}}

{{/* Where people find the page; empty if nothing says so. */}}
{{- define "todo-app.publicUrl" -}}
{{- if .Values.publicUrl -}}
{{ .Values.publicUrl }}
{{- else if .Values.ingress.enabled -}}
{{ ternary "https" "http" (not (empty .Values.ingress.tlsSecret)) }}://{{ .Values.ingress.host }}
{{- end -}}
{{- end -}}

{{/* The variables of a service that follow from other values. Takes (dict "root" $ "service" its settings); read it with fromYaml. */}}
{{- define "todo-app.derivedEnv" -}}
{{- $env := dict "MONITORING_HOST" "0.0.0.0" "MONITORING_PORT" (toString .root.Values.monitoring.port) -}}
{{- $url := include "todo-app.publicUrl" .root -}}
{{- with .root.Values.dapr.otlpEndpoint -}}
{{- $_ := set $env "OTEL_EXPORTER_OTLP_ENDPOINT" . -}}
{{- $_ := set $env "OTEL_TRACES_SAMPLER" "parentbased_traceidratio" -}}
{{- $_ := set $env "OTEL_TRACES_SAMPLER_ARG" (toString $.root.Values.dapr.traceRatio) -}}
{{- end -}}
{{- if .service.http -}}
{{- $_ := set $env "COOKIE_SECURE" (toString .root.Values.frontend.https) -}}
{{- if $url }}{{ $_ := set $env "PUBLIC_URL" $url }}{{ end -}}
{{- end -}}
{{- if .service.channels -}}
{{- $contact := .root.Values.push.contact | default (ternary $url "" (hasPrefix "https://" $url)) -}}
{{- if $contact }}{{ $_ := set $env "VAPID_SUBJECT" $contact }}{{ end -}}
{{- end -}}
{{- toYaml $env -}}
{{- end -}}

{{/* The Secrets that a service's account may read. Takes (dict "root" $ "service" its settings); read it with fromYaml, under `items`. */}}
{{- define "todo-app.secretsOf" -}}
{{- $secrets := .service.secrets | default list -}}
{{- if and .service.languageModel .root.Values.languageModel.enabled }}{{ $secrets = append $secrets "todo-language-model" }}{{ end -}}
{{- if and .service.channels .root.Values.email.enabled }}{{ $secrets = append $secrets "todo-smtp" }}{{ end -}}
{{- dict "items" $secrets | toYaml -}}
{{- end -}}

{{/* The TCP ports to which pods may connect outside, as a YAML list under `items`: those listed, and those of what is switched on. */}}
{{- define "todo-app.egressPorts" -}}
{{- $ports := list -}}
{{- range .Values.networkPolicies.egressPorts }}{{ $ports = append $ports (int .) }}{{ end -}}
{{- if .Values.email.enabled }}{{ $ports = append $ports (int .Values.email.port) }}{{ end -}}
{{- range .Values.webhooks.hosts -}}
{{- if contains ":" . }}{{ $ports = append $ports (splitList ":" . | last | int) }}{{ end -}}
{{- end -}}
{{- dict "items" ($ports | uniq) | toYaml -}}
{{- end -}}

{{/* Whether the tasks database comes with this release. */}}
{{- define "todo-app.ownDatabase" -}}
{{- if and .Values.postgresql.enabled .Values.secrets.postgresql.create (not .Values.secrets.postgresql.connectionString) -}}true{{- end -}}
{{- end -}}

{{/* Whether the broker comes with this release. */}}
{{- define "todo-app.ownBroker" -}}
{{- if and .Values.broker.enabled .Values.secrets.kafka.create (not .Values.secrets.kafka.brokers) -}}true{{- end -}}
{{- end -}}

{{/* The documents of the files that match a pattern, as a YAML list under `items`. Takes (dict "root" $ "glob" pattern). */}}
{{- define "todo-app.documents" -}}
{{- $documents := list -}}
{{- range $path, $_ := .root.Files.Glob .glob -}}
{{- range regexSplit "(?m)^---\\s*$" ($.root.Files.Get $path) -1 -}}
{{- $document := fromYaml . -}}
{{- if hasKey $document "kind" -}}
{{- $documents = append $documents $document -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- dict "items" $documents | toYaml -}}
{{- end -}}

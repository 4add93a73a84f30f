{{/* Variables of the configurator, serving or migrating: the chart's top. */}}
{{- define "beamlore.configurator.env" -}}
{{ include "beamlore.env.service" . }}
{{ include "beamlore.env.mongodb" (dict "root" . "database" "configurator") }}
{{ include "beamlore.env.oidc" . }}
{{ include "beamlore.env.client" (dict "root" . "client" "configurator") }}
{{- include "beamlore.container.extraEnv" (dict "values" .Values.configurator) }}
{{- end }}

{{/* Variables of the ingestor, running or migrating: the chart's top. */}}
{{- define "beamlore.ingestor.env" -}}
{{ include "beamlore.env.service" . }}
{{ include "beamlore.env.mongodb" (dict "root" . "database" "ingestor") }}
{{ include "beamlore.env.kafka" (dict "root" . "account" "ingestor") }}
{{ include "beamlore.env.oidc" . }}
{{ include "beamlore.env.client" (dict "root" . "client" "ingestor") }}
- name: BEAMLORE_CATALOGUE_URL
  value: {{ include "beamlore.url" (dict "root" . "component" "catalogue") }}
- name: BEAMLORE_USEROFFICE_URL
  value: {{ include "beamlore.useroffice.url" . }}
{{- include "beamlore.container.extraEnv" (dict "values" .Values.ingestor) }}
{{- end }}

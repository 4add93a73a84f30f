{{/* Variables of the user office's stub: the chart's top. */}}
{{- define "beamlore.useroffice.env" -}}
{{ include "beamlore.env.service" . }}
{{ include "beamlore.env.oidc" . }}
{{ include "beamlore.env.client" (dict "root" . "client" "useroffice") }}
{{- if .Values.useroffice.seed }}
- name: BEAMLORE_SEED_FILE
  value: /etc/beamlore/seed.yaml
{{- end }}
{{- include "beamlore.container.extraEnv" (dict "values" .Values.useroffice) }}
{{- end }}

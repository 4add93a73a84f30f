{{/* Variables of the catalogue, serving or migrating: the chart's top. */}}
{{- define "beamlore.catalogue.env" -}}
{{ include "beamlore.env.service" . }}
{{ include "beamlore.env.mongodb" (dict "root" . "database" "catalogue") }}
{{ include "beamlore.env.oidc" . }}
{{ include "beamlore.env.client" (dict "root" . "client" "catalogue") }}
- name: BEAMLORE_OIDC_CALLBACK_URL
  value: {{ include "beamlore.publicUrl" . }}/api/v3/auth/oidc/callback
- name: BEAMLORE_TOKEN_SECRET
  valueFrom:
    secretKeyRef:
      name: {{ include "beamlore.secretName" (dict "root" . "secret" "catalogue") }}
      key: token-secret
{{- include "beamlore.container.extraEnv" (dict "values" .Values.catalogue) }}
{{- end }}

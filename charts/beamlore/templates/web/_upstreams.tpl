{{/* Components behind the front door, separated by blanks: the chart's top. */}}
{{- define "beamlore.web.upstreams" -}}
catalogue configurator ingestor
{{- if .Values.useroffice.enabled }} useroffice{{ end }}
{{- if .Values.keycloak.enabled }} keycloak{{ end }}
{{- end }}

{{/* Address of the user office, the stub's or the facility's: the chart's top. */}}
{{- define "beamlore.useroffice.url" -}}
{{- if .Values.useroffice.enabled -}}
{{- include "beamlore.url" (dict "root" . "component" "useroffice") -}}
{{- else -}}
{{- required "useroffice.url: the address of your user office is needed where useroffice.enabled is false" .Values.useroffice.url -}}
{{- end -}}
{{- end }}

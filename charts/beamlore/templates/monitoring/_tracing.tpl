{{/* Where traces go, if anywhere: the chart's top. */}}
{{- define "beamlore.env.tracing" -}}
{{- if .Values.tracing.enabled }}
- name: BEAMLORE_OTLP_ENDPOINT
  value: {{ required "tracing.endpoint: the collector's address is needed where tracing.enabled is true" .Values.tracing.endpoint | quote }}
- name: BEAMLORE_TRACE_RATIO
  value: {{ .Values.tracing.ratio | quote }}
{{- end }}
{{- end }}

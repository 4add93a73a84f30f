{{/*
The groups of alerts/*.yaml: for this namespace and release, with the runbooks' address, without those not wanted.
*/}}
{{- define "beamlore.monitoring.groups" -}}
{{- $rules := .Values.monitoring.rules -}}
{{- range $path, $content := .Files.Glob "alerts/*.yaml" -}}
{{- $text := toString $content | replace "@namespace@" $.Release.Namespace | replace "@fullname@" (include "beamlore.fullname" $) -}}
{{- range (fromYaml $text).groups -}}
{{- $kept := list -}}
{{- range .rules -}}
{{- if not (has .alert $rules.disabled) -}}
{{- if .alert -}}
{{- $_ := set .annotations "runbook_url" (printf "%s/%s" (trimSuffix "/" $rules.runbooks) .annotations.runbook_url) -}}
{{- $_ := set . "labels" (merge .labels $rules.alertLabels) -}}
{{- end -}}
{{- $kept = append $kept . -}}
{{- end -}}
{{- end }}
{{ toYaml (list (set . "rules" $kept)) }}
{{- end -}}
{{- end -}}
{{- end }}

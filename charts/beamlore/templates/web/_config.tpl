{{/* What the web app reads at /config.json: the chart's top. */}}
{{- define "beamlore.web.config" -}}
{{- $oidc := dict "issuer" (include "beamlore.oidc.issuer" .) "clientId" .Values.oidc.webClient -}}
{{- dict "oidc" $oidc "api" "/api" | toJson -}}
{{- end }}

{{/* Where pages may connect to: the chart's top. An identity provider elsewhere is asked by the page itself. */}}
{{- define "beamlore.web.connectSources" -}}
{{- $sources := prepend .Values.web.connectSources "'self'" -}}
{{- if not .Values.keycloak.enabled -}}
{{- $issuer := urlParse .Values.oidc.issuer -}}
{{- $sources = append $sources (printf "%s://%s" $issuer.scheme $issuer.host) -}}
{{- end -}}
{{- join " " $sources -}}
{{- end }}

{{/*
Keys of each secret and how a first value is made. Generated values need no quoting in URLs and files.
*/}}

{{/* Which keys a secret has, separated by blanks: root, secret. */}}
{{- define "beamlore.secret.keys" -}}
{{- $beamlines := list -}}
{{- range .root.Values.beamlines }}{{ $beamlines = append $beamlines (printf "beamline-%s" .name) }}{{ end -}}
{{- if eq .secret "mongodb" -}}
keyfile root-password catalogue-password ingestor-password configurator-password backup-password
{{- else if eq .secret "kafka" -}}
{{- $kafka := .root.Values.kafka -}}
{{- if $kafka.enabled }}cluster-id {{ end -}}
{{- if or $kafka.enabled $kafka.external.configure.enabled }}admin-password {{ end -}}
ingestor-password
{{- range $beamlines }} {{ . }}-password{{ end }}
{{- else if eq .secret "oidc" -}}
catalogue ingestor configurator useroffice ops
{{- range $beamlines }} {{ . }}{{ end }}
{{- else if eq .secret "keycloak" -}}
admin-password database-password
{{- else -}}
token-secret
{{- end -}}
{{- end }}

{{/* Whether the chart has a secret to make, itself or by an ExternalSecret: root, secret. Empty for no. */}}
{{- define "beamlore.secret.needed" -}}
{{- $values := .root.Values -}}
{{- $ours := dict
  "mongodb" $values.mongodb.enabled
  "kafka" $values.kafka.enabled
  "keycloak" $values.keycloak.enabled
  "oidc" $values.keycloak.enabled
  "catalogue" true
-}}
{{- $theirs := dict "kafka" $values.kafka.external.authentication "oidc" true -}}
{{- if dig .secret "existingSecret" "" $values.secrets -}}
{{- else if get $ours .secret -}}yes
{{- else if get $theirs .secret -}}
{{- if not $values.externalSecrets.enabled -}}
{{- fail (printf "secrets.%s.existingSecret: passwords for a server outside of the chart cannot be made here; it needs the keys %s" .secret (include "beamlore.secret.keys" .)) -}}
{{- end -}}
yes
{{- end -}}
{{- end }}

{{/* A first value: the key. */}}
{{- define "beamlore.secret.first" -}}
{{- if eq . "cluster-id" -}}
{{- /* A UUID in Kafka's form: 16 bytes, base64 for URLs, not beginning with a hyphen. */ -}}
{{- printf "b%s" (randBytes 16 | replace "+" "-" | replace "/" "_" | trimSuffix "==" | substr 1 22) -}}
{{- else if eq . "keyfile" -}}
{{- randAlphaNum 756 -}}
{{- else if eq . "token-secret" -}}
{{- randAlphaNum 64 -}}
{{- else -}}
{{- randAlphaNum 32 -}}
{{- end -}}
{{- end }}

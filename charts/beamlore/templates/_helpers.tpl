{{/*
Names and labels. Most take a dictionary: root (the chart's top, $) and component (catalogue, mongodb …).
*/}}

{{- define "beamlore.fullname" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end }}

{{/* Name of a component's objects: root, component. */}}
{{- define "beamlore.component" -}}
{{- printf "%s-%s" (include "beamlore.fullname" .root) .component | trunc 63 | trimSuffix "-" -}}
{{- end }}

{{/* What selects a component's pods, for ever: root, component. */}}
{{- define "beamlore.selectorLabels" -}}
app.kubernetes.io/name: {{ .root.Chart.Name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{/* All labels: root, component. */}}
{{- define "beamlore.labels" -}}
{{ include "beamlore.selectorLabels" . }}
app.kubernetes.io/part-of: {{ .root.Chart.Name }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
{{- end }}

{{/* Name of an image: root, image {repository, tag, digest}. */}}
{{- define "beamlore.image" -}}
{{- $registry := .root.Values.images.registry -}}
{{- $name := .image.repository -}}
{{- if $registry }}{{ $name = printf "%s/%s" (trimSuffix "/" $registry) $name }}{{ end -}}
{{- if .image.digest -}}
{{- printf "%s@%s" $name .image.digest -}}
{{- else -}}
{{- printf "%s:%s" $name (.image.tag | default .root.Values.images.tag | default .root.Chart.AppVersion) -}}
{{- end -}}
{{- end }}

{{/* Name of a secret, ours or the facility's own: root, secret (mongodb, kafka, oidc, keycloak, catalogue). */}}
{{- define "beamlore.secretName" -}}
{{- $own := printf "%s-%s" (include "beamlore.fullname" .root) .secret -}}
{{- dig .secret "existingSecret" "" .root.Values.secrets | default $own -}}
{{- end }}

{{/* A name in this namespace, in full: root, name. */}}
{{- define "beamlore.host" -}}
{{- printf "%s.%s.svc.%s" .name .root.Release.Namespace .root.Values.clusterDomain -}}
{{- end }}

{{/* In-cluster address of a component that speaks HTTP: root, component. */}}
{{- define "beamlore.url" -}}
{{- printf "http://%s:8080" (include "beamlore.component" .) -}}
{{- end }}

{{- define "beamlore.publicUrl" -}}
{{- trimSuffix "/" .Values.publicUrl -}}
{{- end }}

{{/* Host of the public address, without a port. */}}
{{- define "beamlore.publicHost" -}}
{{- (urlParse .Values.publicUrl).hostname -}}
{{- end }}

{{/* Secret with the public address's certificate, where no other is named. */}}
{{- define "beamlore.tlsSecret" -}}
{{- printf "%s-tls" (include "beamlore.fullname" .) -}}
{{- end }}

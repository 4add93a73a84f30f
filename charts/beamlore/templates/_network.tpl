{{/*
Parts of NetworkPolicies. A component's policy names its ways in and out; everything else is denied by
templates/network/default-deny.yaml.
*/}}

{{/* Fields above the rules: root, component. */}}
{{- define "beamlore.network.metadata" -}}
metadata:
  name: {{ include "beamlore.component" . }}
  labels:
    {{- include "beamlore.labels" . | nindent 4 }}
{{- end }}

{{- define "beamlore.network.podSelector" -}}
podSelector:
  matchLabels:
    {{- include "beamlore.selectorLabels" . | nindent 4 }}
{{- end }}

{{/* One egress rule: root, component it leads to, port. */}}
{{- define "beamlore.network.to" -}}
- to:
    - podSelector:
        matchLabels:
          {{- include "beamlore.selectorLabels" . | nindent 10 }}
  ports:
    - port: {{ .port }}
{{- end }}

{{/* One ingress rule: root, components (a list) it comes from, port. */}}
{{- define "beamlore.network.from" -}}
- from:
    - podSelector:
        matchLabels:
          app.kubernetes.io/name: {{ .root.Chart.Name }}
          app.kubernetes.io/instance: {{ .root.Release.Name }}
        matchExpressions:
          - key: app.kubernetes.io/component
            operator: In
            values: [{{ join ", " .components }}]
  ports:
    - port: {{ .port }}
{{- end }}

{{/* Egress to the cluster's DNS: the chart's top. */}}
{{- define "beamlore.network.dns" -}}
- to:
    {{- toYaml .Values.networkPolicies.dns | nindent 4 }}
  ports:
    - port: 53
      protocol: UDP
    - port: 53
      protocol: TCP
{{- end }}

{{/* Ingress of the monitoring to /metrics: root, port. */}}
{{- define "beamlore.network.monitoring" -}}
{{- with .root.Values.networkPolicies.monitoring }}
- from:
    {{- toYaml . | nindent 4 }}
  ports:
    - port: {{ $.port }}
{{- end }}
{{- end }}

{{/* Egress to servers outside: a list of {cidr or podSelector/namespaceSelector …, ports}. */}}
{{- define "beamlore.network.outside" -}}
{{- range . }}
- to:
    {{- toYaml .to | nindent 4 }}
  {{- with .ports }}
  ports:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}
{{- end }}

{{/* Egress rules to MongoDB, ours or the facility's: the chart's top. */}}
{{- define "beamlore.network.toMongodb" -}}
{{- if .Values.mongodb.enabled }}
{{- include "beamlore.network.to" (dict "root" . "component" "mongodb" "port" 27017) }}
{{- else }}
{{- include "beamlore.network.outside" .Values.networkPolicies.external.mongodb }}
{{- end }}
{{- end }}

{{/* Egress rules to Kafka, ours or the facility's: the chart's top. */}}
{{- define "beamlore.network.toKafka" -}}
{{- if .Values.kafka.enabled }}
{{- include "beamlore.network.to" (dict "root" . "component" "kafka" "port" 9092) }}
{{- else }}
{{- include "beamlore.network.outside" .Values.networkPolicies.external.kafka }}
{{- end }}
{{- end }}

{{/* Egress rules to the identity provider, ours or the facility's: the chart's top. */}}
{{- define "beamlore.network.toOidc" -}}
{{- if .Values.keycloak.enabled }}
{{- include "beamlore.network.to" (dict "root" . "component" "keycloak" "port" 8080) }}
{{- else }}
{{- include "beamlore.network.outside" .Values.networkPolicies.external.oidc }}
{{- end }}
{{- end }}

{{/* Egress rules to the collector of traces, where there is one: the chart's top. */}}
{{- define "beamlore.network.toTracing" -}}
{{- if .Values.tracing.enabled }}
{{- include "beamlore.network.outside" .Values.networkPolicies.external.tracing }}
{{- end }}
{{- end }}

{{/* All of a policy but its rules: root, component. */}}
{{- define "beamlore.network.head" -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
{{ include "beamlore.network.metadata" . }}
spec:
  {{- include "beamlore.network.podSelector" . | nindent 2 }}
  policyTypes: [Ingress, Egress]
{{- end }}

{{/* The policy of a migration, which reaches its database and nothing else: root, component (…-migrate). */}}
{{- define "beamlore.network.migrate" -}}
{{ include "beamlore.network.head" . }}
  ingress: []
  egress:
    {{- include "beamlore.network.dns" .root | nindent 4 }}
    {{- include "beamlore.network.toMongodb" .root | nindent 4 }}
{{- end }}

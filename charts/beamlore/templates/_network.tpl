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

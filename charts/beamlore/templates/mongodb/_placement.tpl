{{/*
Which rooms and nodes the pods of stateful sets go to.
*/}}

{{/* In different rooms and on different nodes: root, component, values (spread, affinity). */}}
{{- define "beamlore.spread" -}}
{{- with .values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
topologySpreadConstraints:
  {{- range $key := uniq (list .root.Values.topologyKey "kubernetes.io/hostname") }}
  - maxSkew: 1
    topologyKey: {{ $key }}
    whenUnsatisfiable: {{ $.values.spread }}
    labelSelector:
      matchLabels:
        {{- include "beamlore.selectorLabels" $ | nindent 8 }}
  {{- end }}
{{- end }}

{{/* The arbiter: where no data member is, in another room if there is a third: the chart's top. */}}
{{- define "beamlore.mongodb.arbiterPlacement" -}}
affinity:
  podAntiAffinity:
    preferredDuringSchedulingIgnoredDuringExecution:
      {{- range $key, $weight := dict .Values.topologyKey 100 "kubernetes.io/hostname" 10 }}
      - weight: {{ $weight }}
        podAffinityTerm:
          topologyKey: {{ $key }}
          labelSelector:
            matchLabels:
              {{- include "beamlore.selectorLabels" (dict "root" $ "component" "mongodb") | nindent 14 }}
      {{- end }}
{{- end }}

{{/*
Which rooms and nodes the pods of stateful sets go to.
*/}}

{{/* In different rooms and on different nodes: root, component, values (spread, affinity), affinity (without one in the values). */}}
{{- define "beamlore.spread" -}}
{{- with .values.affinity | default .affinity }}
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

{{/*
Data members: in different rooms, and where that leaves a choice not in the arbiter's: the chart's top. The same in both topologies,
so that no data member is replaced while they change.
*/}}
{{- define "beamlore.mongodb.placement" -}}
{{- $arbiter := dict "matchLabels" (include "beamlore.selectorLabels" (dict "root" . "component" "mongodb-arbiter") | fromYaml) -}}
{{- $term := dict "topologyKey" .Values.topologyKey "labelSelector" $arbiter -}}
{{- $away := dict "preferredDuringSchedulingIgnoredDuringExecution" (list (dict "weight" 50 "podAffinityTerm" $term)) -}}
{{- include "beamlore.spread" (dict "root" . "component" "mongodb" "values" .Values.mongodb "affinity" (dict "podAntiAffinity" $away)) -}}
{{- end }}

{{/* The arbiter: in the room and on the node with the fewest of all three members: the chart's top. */}}
{{- define "beamlore.mongodb.arbiterPlacement" -}}
topologySpreadConstraints:
  {{- range $key := uniq (list .Values.topologyKey "kubernetes.io/hostname") }}
  - maxSkew: 1
    topologyKey: {{ $key }}
    whenUnsatisfiable: {{ $.Values.mongodb.spread }}
    labelSelector:
      {{- include "beamlore.mongodb.allMembers" $ | nindent 6 }}
  {{- end }}
{{- end }}

{{/* Selects data members and the arbiter: the chart's top. */}}
{{- define "beamlore.mongodb.allMembers" -}}
matchLabels:
  app.kubernetes.io/name: {{ .Chart.Name }}
  app.kubernetes.io/instance: {{ .Release.Name }}
matchExpressions:
  - key: app.kubernetes.io/component
    operator: In
    values: [mongodb, mongodb-arbiter]
{{- end }}

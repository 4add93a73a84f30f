{{/*
The replica set `beamlore`: its members' addresses, its share of memory. The chart's top goes in where nothing else is said.
*/}}

{{- define "beamlore.mongodb.dataMembers" -}}
{{- if eq .Values.mongodb.topology "arbiter" }}2{{ else }}{{ .Values.mongodb.members }}{{ end -}}
{{- end }}

{{/* host:port,… of a StatefulSet's pods: root, component, count, port. */}}
{{- define "beamlore.podAddresses" -}}
{{- $service := include "beamlore.component" . -}}
{{- $root := .root -}}
{{- $port := .port -}}
{{- $addresses := list -}}
{{- range $ordinal := until (int .count) -}}
{{- $host := include "beamlore.host" (dict "root" $root "name" (printf "%s-%d.%s" $service $ordinal $service)) -}}
{{- $addresses = append $addresses (printf "%s:%d" $host (int $port)) -}}
{{- end -}}
{{- join "," $addresses -}}
{{- end }}

{{- define "beamlore.mongodb.hosts" -}}
{{- $count := include "beamlore.mongodb.dataMembers" . -}}
{{- include "beamlore.podAddresses" (dict "root" . "component" "mongodb" "count" $count "port" 27017) -}}
{{- end }}

{{- define "beamlore.mongodb.arbiters" -}}
{{- if eq .Values.mongodb.topology "arbiter" -}}
{{- include "beamlore.podAddresses" (dict "root" . "component" "mongodb-arbiter" "count" 1 "port" 27017) -}}
{{- end -}}
{{- end }}

{{/*
WiredTiger's cache in GB: as MongoDB itself reckons, half of what is above 1 GiB, but of the container's limit; at least 0.25.
(MongoDB before 7.0 does not see a limit under cgroup v2.)
*/}}
{{- define "beamlore.mongodb.cacheGB" -}}
{{- if .Values.mongodb.cacheGB -}}
{{- .Values.mongodb.cacheGB -}}
{{- else -}}
{{- $limit := dig "limits" "memory" "2Gi" .Values.mongodb.resources | toString -}}
{{- $mebibytes := ternary (mulf 1024 (float64 (trimSuffix "Gi" $limit))) (float64 (trimSuffix "Mi" $limit)) (hasSuffix "Gi" $limit) -}}
{{- $cache := max 256 (floor (divf (subf $mebibytes 1024) 2)) | int -}}
{{- printf "%v" (divf $cache 1024) -}}
{{- end -}}
{{- end }}

{{/* Options of every member of the set: the chart's top. */}}
{{- define "beamlore.mongodb.options" -}}
- --replSet=beamlore
- --bind_ip_all
- --keyFile=/etc/mongodb/keyfile
- --nounixsocket
- --quiet
# What a process that was killed had begun to write is in others' way for so long; by default for 60 s.
- --setParameter=transactionLifetimeLimitSeconds=15
# How long a member that is told to end lets others catch up and clients notice; by default 15 s.
- --setParameter=shutdownTimeoutMillisForSignaledShutdown=5000
{{- end }}

{{/* Ready: primary, secondary or arbiter, not while it recovers, copies the others' data or ends. */}}
{{- define "beamlore.mongodb.probes" -}}
# After an unclean end the journal is replayed before the port opens.
startupProbe:
  tcpSocket:
    port: mongodb
  periodSeconds: 2
  failureThreshold: 900
livenessProbe:
  tcpSocket:
    port: mongodb
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
readinessProbe:
  exec:
    command: [bash, /usr/local/lib/beamlore/member.sh, ready]
  periodSeconds: 5
  timeoutSeconds: 5
  failureThreshold: 2
{{- end }}

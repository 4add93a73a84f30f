{{/*
The brokers' addresses: the chart's top goes in.
*/}}

{{/* host:port,… for clients (SCRAM). */}}
{{- define "beamlore.kafka.bootstrap" -}}
{{- include "beamlore.podAddresses" (dict "root" . "component" "kafka" "count" .Values.kafka.brokers "port" 9092) -}}
{{- end }}

{{/* host:port,… for brokers among each other and for the administrator (PLAIN). */}}
{{- define "beamlore.kafka.internalBootstrap" -}}
{{- include "beamlore.podAddresses" (dict "root" . "component" "kafka" "count" .Values.kafka.brokers "port" 9094) -}}
{{- end }}

{{/* id@host:port,… of the controllers: every broker is one. */}}
{{- define "beamlore.kafka.voters" -}}
{{- $voters := list -}}
{{- range $id, $address := splitList "," (include "beamlore.podAddresses" (dict "root" . "component" "kafka" "count" .Values.kafka.brokers "port" 9093)) -}}
{{- $voters = append $voters (printf "%d@%s" $id $address) -}}
{{- end -}}
{{- join "," $voters -}}
{{- end }}

{{/* Settings of the broker, of which each pod fills in its own number and name. */}}
{{- define "beamlore.kafka.properties" -}}
{{- $kafka := .Values.kafka -}}
{{- $copies := int $kafka.brokers -}}
{{- $inSync := max 1 (sub $copies 1) -}}
{{- $plain := `org.apache.kafka.common.security.plain.PlainLoginModule required username="admin" password="${directory:/etc/kafka/secrets:admin-password}" user_admin="${directory:/etc/kafka/secrets:admin-password}";` -}}
{{- $scram := "org.apache.kafka.common.security.scram.ScramLoginModule required;" -}}
{{- $here := include "beamlore.host" (dict "root" $ "name" (printf "${env:POD_NAME}.%s" (include "beamlore.component" (dict "root" $ "component" "kafka")))) -}}
{{- $instruments := $kafka.instruments.enabled -}}
{{- $encrypted := and $instruments $kafka.instruments.tls.secretName -}}
# What is in ${} each broker fills in by itself.
config.providers=env,directory
config.providers.env.class=org.apache.kafka.common.config.provider.EnvVarConfigProvider
config.providers.directory.class=org.apache.kafka.common.config.provider.DirectoryConfigProvider

process.roles=broker,controller
node.id=${env:BROKER}
controller.quorum.voters={{ include "beamlore.kafka.voters" . }}
log.dirs=/var/lib/kafka/data/log

listeners=CLIENTS://:9092,CONTROLLER://:9093,INTERNAL://:9094{{ if $instruments }},INSTRUMENTS://:9095{{ end }}
advertised.listeners=CLIENTS://{{ $here }}:9092,INTERNAL://{{ $here }}:9094{{ if $instruments }},INSTRUMENTS://${directory:/etc/kafka/instruments:address}{{ end }}
listener.security.protocol.map=CLIENTS:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT,INTERNAL:SASL_PLAINTEXT{{ if $instruments }},INSTRUMENTS:{{ ternary "SASL_SSL" "SASL_PLAINTEXT" (not (empty $encrypted)) }}{{ end }}
inter.broker.listener.name=INTERNAL
controller.listener.names=CONTROLLER
sasl.mechanism.inter.broker.protocol=PLAIN
sasl.mechanism.controller.protocol=PLAIN
listener.name.clients.sasl.enabled.mechanisms=SCRAM-SHA-512
listener.name.clients.scram-sha-512.sasl.jaas.config={{ $scram }}
listener.name.internal.sasl.enabled.mechanisms=PLAIN
listener.name.internal.plain.sasl.jaas.config={{ $plain }}
listener.name.controller.sasl.enabled.mechanisms=PLAIN
listener.name.controller.plain.sasl.jaas.config={{ $plain }}
{{- if $instruments }}
listener.name.instruments.sasl.enabled.mechanisms=SCRAM-SHA-512
listener.name.instruments.scram-sha-512.sasl.jaas.config={{ $scram }}
{{- end }}
{{- if $encrypted }}
listener.name.instruments.ssl.keystore.type=PEM
listener.name.instruments.ssl.keystore.location=/etc/kafka/tls/{{ $kafka.instruments.tls.key }}
{{- end }}

authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:admin
allow.everyone.if.no.acl.found=false
auto.create.topics.enable=false

# A message counts as sent when {{ $inSync }} of {{ $copies }} brokers have it.
default.replication.factor={{ $copies }}
min.insync.replicas={{ $inSync }}
offsets.topic.replication.factor={{ $copies }}
offsets.topic.num.partitions=10
transaction.state.log.replication.factor={{ $copies }}
transaction.state.log.min.isr={{ $inSync }}
transaction.state.log.num.partitions=10
share.coordinator.state.topic.replication.factor={{ $copies }}
share.coordinator.state.topic.min.isr={{ $inSync }}
share.coordinator.state.topic.num.partitions=10
group.initial.rebalance.delay.ms=0

log.retention.hours={{ int64 $kafka.retention.hours }}
log.retention.bytes={{ int64 $kafka.retention.bytesPerPartition }}
log.segment.bytes={{ int64 $kafka.retention.segmentBytes }}
# Of the quorum's own log: a snapshot is taken, and what is before it goes.
metadata.log.max.snapshot.interval.ms=3600000
message.max.bytes={{ int64 $kafka.messageMaxBytes }}
replica.fetch.max.bytes={{ int64 $kafka.messageMaxBytes }}
log.cleaner.dedupe.buffer.size=16777216
{{- range $name, $value := $kafka.settings }}
{{ $name }}={{ kindIs "float64" $value | ternary (int64 $value) $value }}
{{- end }}
{{- end }}

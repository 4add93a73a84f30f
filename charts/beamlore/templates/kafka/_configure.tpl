{{- define "beamlore.kafka.configure.env" -}}
{{- $external := .Values.kafka.external -}}
{{- if .Values.kafka.enabled -}}
- name: BEAMLORE_OPS_KAFKA_BOOTSTRAP
  value: {{ include "beamlore.kafka.internalBootstrap" . }}
- name: BEAMLORE_OPS_KAFKA_USERNAME
  value: admin
- name: BEAMLORE_OPS_KAFKA_REPLICATION
  value: {{ .Values.kafka.brokers | quote }}
{{- else -}}
- name: BEAMLORE_OPS_KAFKA_BOOTSTRAP
  value: {{ $external.bootstrap | quote }}
- name: BEAMLORE_OPS_KAFKA_USERNAME
  value: {{ $external.configure.username | quote }}
- name: BEAMLORE_OPS_KAFKA_PROTOCOL
  value: {{ $external.configure.protocol }}
- name: BEAMLORE_OPS_KAFKA_MECHANISM
  value: {{ $external.configure.mechanism }}
- name: BEAMLORE_OPS_KAFKA_REPLICATION
  value: {{ $external.configure.replication | quote }}
{{- include "beamlore.kafka.ca" (dict "root" . "name" "BEAMLORE_OPS_KAFKA_CA") }}
{{- end }}
- name: BEAMLORE_OPS_KAFKA_PASSWORD
  valueFrom:
    secretKeyRef:
      name: {{ include "beamlore.secretName" (dict "root" . "secret" "kafka") }}
      key: admin-password
- name: BEAMLORE_OPS_KAFKA_ACCOUNTS_DIR
  value: /run/secrets/kafka
- name: BEAMLORE_OPS_BEAMLINES_FILE
  value: /etc/beamlore/beamlines.yaml
{{- end }}

{{- define "beamlore.kafka.configure.mounts" -}}
- name: kafka
  mountPath: /run/secrets/kafka
  readOnly: true
- name: beamlines
  mountPath: /etc/beamlore
  readOnly: true
{{- end }}

{{- define "beamlore.kafka.configure.volumes" -}}
{{ include "beamlore.secretVolume" (dict "name" "kafka" "secret" (include "beamlore.secretName" (dict "root" . "secret" "kafka"))) }}
{{ include "beamlore.beamlinesVolume" . }}
{{- end }}

{{/*
Parts of a broker's pod: the chart's top goes in.
*/}}

{{/* The clients' port opens when the broker has joined the quorum and read its logs, after an unclean end all of them. */}}
{{- define "beamlore.kafka.probes" -}}
startupProbe:
  tcpSocket:
    port: clients
  periodSeconds: 3
  failureThreshold: 600
livenessProbe:
  tcpSocket:
    port: clients
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
readinessProbe:
  tcpSocket:
    port: clients
  periodSeconds: 5
  timeoutSeconds: 3
{{- end }}

{{- define "beamlore.kafka.mounts" -}}
- name: data
  mountPath: /var/lib/kafka/data
- name: settings
  mountPath: /mnt/shared/config
  readOnly: true
- name: passwords
  mountPath: /etc/kafka/secrets
  readOnly: true
{{- if .Values.kafka.instruments.enabled }}
# The address is in the file of the broker's number.
- name: instruments
  mountPath: /etc/kafka/instruments/address
  subPathExpr: $(BROKER)
  readOnly: true
{{- if .Values.kafka.instruments.tls.secretName }}
- name: tls
  mountPath: /etc/kafka/tls
  readOnly: true
{{- end }}
{{- end }}
# The image writes the settings it starts with and the collector's log.
- name: work
  subPath: config
  mountPath: /opt/kafka/config
- name: work
  subPath: logs
  mountPath: /opt/kafka/logs
- name: work
  subPath: tmp
  mountPath: /tmp
{{- end }}

{{- define "beamlore.kafka.volumes" -}}
- name: settings
  configMap:
    name: {{ include "beamlore.component" (dict "root" . "component" "kafka") }}
- name: passwords
  secret:
    secretName: {{ include "beamlore.secretName" (dict "root" . "secret" "kafka") }}
    defaultMode: 0440
    items:
      - key: admin-password
        path: admin-password
{{- if .Values.kafka.instruments.enabled }}
- name: instruments
  configMap:
    name: {{ include "beamlore.component" (dict "root" . "component" "kafka-instruments") }}
{{- with .Values.kafka.instruments.tls.secretName }}
- name: tls
  secret:
    secretName: {{ . }}
    defaultMode: 0440
{{- end }}
{{- end }}
- name: work
  emptyDir:
    sizeLimit: 256Mi
{{- end }}

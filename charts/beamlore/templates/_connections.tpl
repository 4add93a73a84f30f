{{/*
How the services reach MongoDB, Kafka and the identity provider: variables of their containers.
*/}}

{{/* MongoDB: root, database (the service's: catalogue, ingestor, configurator). */}}
{{- define "beamlore.env.mongodb" -}}
{{- $mongodb := .root.Values.mongodb -}}
{{- if $mongodb.enabled -}}
- name: MONGO_PASSWORD
  valueFrom:
    secretKeyRef:
      name: {{ include "beamlore.secretName" (dict "root" .root "secret" "mongodb") }}
      key: {{ .database }}-password
- name: BEAMLORE_MONGO_URL
  value: mongodb://{{ .database }}:$(MONGO_PASSWORD)@{{ include "beamlore.mongodb.hosts" .root }}/?replicaSet=beamlore&authSource=admin
- name: BEAMLORE_MONGO_DATABASE
  value: {{ .database }}
{{- else -}}
- name: BEAMLORE_MONGO_URL
  valueFrom:
    secretKeyRef:
      name: {{ required "mongodb.external.existingSecret: a secret with catalogue-uri, ingestor-uri and configurator-uri is needed where mongodb.enabled is false" $mongodb.external.existingSecret }}
      key: {{ .database }}-uri
- name: BEAMLORE_MONGO_DATABASE
  value: {{ get $mongodb.external.databases .database | quote }}
{{- end }}
{{- end }}

{{/* host:port,… of Kafka's brokers, ours or the facility's: the chart's top. */}}
{{- define "beamlore.kafka.address" -}}
{{- if .Values.kafka.enabled -}}
{{- include "beamlore.kafka.bootstrap" . -}}
{{- else -}}
{{- required "kafka.external.bootstrap: host:port,… is needed where kafka.enabled is false" .Values.kafka.external.bootstrap -}}
{{- end -}}
{{- end }}

{{/* Kafka: root, account (ingestor, beamline-<name>). */}}
{{- define "beamlore.env.kafka" -}}
{{- $kafka := .root.Values.kafka -}}
- name: BEAMLORE_KAFKA_BOOTSTRAP
  value: {{ include "beamlore.kafka.address" .root }}
{{- if or $kafka.enabled $kafka.external.authentication }}
- name: BEAMLORE_KAFKA_USERNAME
  value: {{ .account }}
- name: BEAMLORE_KAFKA_PASSWORD
  valueFrom:
    secretKeyRef:
      name: {{ include "beamlore.secretName" (dict "root" .root "secret" "kafka") }}
      key: {{ .account }}-password
{{- end }}
{{- if not $kafka.enabled }}
{{- with $kafka.external.protocol }}
- name: BEAMLORE_KAFKA_PROTOCOL
  value: {{ . }}
{{- end }}
- name: BEAMLORE_KAFKA_MECHANISM
  value: {{ $kafka.external.mechanism }}
{{- include "beamlore.kafka.ca" (dict "root" .root "name" "BEAMLORE_KAFKA_CA") }}
{{- end }}
{{- end }}

{{/* Authorities of the facility's brokers, where it has its own: root, name of the variable. */}}
{{- define "beamlore.kafka.ca" -}}
{{- with .root.Values.kafka.external.tls }}
{{- if .secretName }}
- name: {{ $.name }}
  valueFrom:
    secretKeyRef:
      name: {{ .secretName }}
      key: {{ .key }}
{{- end }}
{{- end }}
{{- end }}

{{/* The issuer of people's and services' tokens: the chart's top. */}}
{{- define "beamlore.oidc.issuer" -}}
{{- if .Values.keycloak.enabled -}}
{{- printf "%s/idp/realms/facility" (include "beamlore.publicUrl" .) -}}
{{- else -}}
{{- required "oidc.issuer: the address of your identity provider is needed where keycloak.enabled is false" .Values.oidc.issuer -}}
{{- end -}}
{{- end }}

{{- define "beamlore.env.oidc" -}}
- name: BEAMLORE_OIDC_ISSUER
  value: {{ include "beamlore.oidc.issuer" . | quote }}
- name: BEAMLORE_OIDC_AUDIENCE
  value: {{ .Values.oidc.audience | quote }}
- name: BEAMLORE_OIDC_EMAIL_TRUSTED
  value: {{ .Values.oidc.emailTrusted | quote }}
- name: BEAMLORE_IDENTITY_CHECK
  value: {{ .Values.oidc.accountCheck | quote }}
- name: BEAMLORE_IDENTITY_CHECK_SECONDS
  value: {{ .Values.oidc.accountCheckSeconds | quote }}
- name: BEAMLORE_IDENTITY_OVERDUE_SECONDS
  value: {{ .Values.oidc.accountOverdueSeconds | quote }}
- name: BEAMLORE_IDENTITY_GROUPS
  value: {{ .Values.oidc.groups | quote }}
{{- if .Values.keycloak.enabled }}
- name: BEAMLORE_OIDC_BACKCHANNEL_URL
  value: {{ include "beamlore.url" (dict "root" . "component" "keycloak") }}/idp/realms/facility
{{- else if .Values.oidc.backchannelUrl }}
- name: BEAMLORE_OIDC_BACKCHANNEL_URL
  value: {{ .Values.oidc.backchannelUrl | quote }}
{{- end }}
{{- end }}

{{/* A confidential client: root, client (catalogue, ingestor, beamline-<name>). */}}
{{- define "beamlore.env.client" -}}
- name: BEAMLORE_CLIENT_ID
  value: {{ .client }}
- name: BEAMLORE_CLIENT_SECRET
  valueFrom:
    secretKeyRef:
      name: {{ include "beamlore.secretName" (dict "root" .root "secret" "oidc") }}
      key: {{ .client }}
{{- end }}

{{/* What every service is told: the chart's top. */}}
{{- define "beamlore.env.service" -}}
- name: BEAMLORE_HTTP_HOST
  value: 0.0.0.0
- name: BEAMLORE_HTTP_PORT
  value: "8080"
- name: BEAMLORE_LOG_FORMAT
  value: json
# Nobody but the front door and other services reaches them (NetworkPolicies).
- name: BEAMLORE_TRUSTED_PROXIES
  value: "*"
- name: BEAMLORE_DRAIN_SECONDS
  value: {{ .Values.preStopSeconds | quote }}
{{- include "beamlore.env.tracing" . }}
{{- end }}

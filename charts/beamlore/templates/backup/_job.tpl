{{/*
Jobs that write or read archives: the chart's top goes in.
*/}}

{{- define "beamlore.backup.env" -}}
{{- $backup := .Values.backup -}}
{{- if .Values.mongodb.enabled -}}
- name: MONGO_PASSWORD
  valueFrom:
    secretKeyRef:
      name: {{ include "beamlore.secretName" (dict "root" . "secret" "mongodb") }}
      key: backup-password
- name: BEAMLORE_OPS_BACKUP_MONGODB_URL
  value: mongodb://backup:$(MONGO_PASSWORD)@{{ include "beamlore.mongodb.hosts" . }}/?replicaSet=beamlore&authSource=admin
- name: BEAMLORE_OPS_BACKUP_DATABASES
  value: catalogue,ingestor,configurator
{{- else -}}
- name: BEAMLORE_OPS_BACKUP_MONGODB_URL
  valueFrom:
    secretKeyRef:
      name: {{ .Values.mongodb.external.existingSecret }}
      key: backup-uri
- name: BEAMLORE_OPS_BACKUP_DATABASES
  value: {{ values .Values.mongodb.external.databases | uniq | sortAlpha | join "," }}
{{- end }}
- name: BEAMLORE_OPS_BACKUP_KEEP
  value: {{ $backup.keep | quote }}
{{- if eq $backup.target "s3" }}
{{- range $name, $value := pick $backup.s3 "endpoint" "region" "bucket" "prefix" }}
{{- if $value }}
- name: BEAMLORE_OPS_BACKUP_S3_{{ upper $name }}
  value: {{ $value | quote }}
{{- end }}
{{- end }}
{{- range $name, $key := dict "ACCESS_KEY_ID" "access-key-id" "SECRET_ACCESS_KEY" "secret-access-key" }}
- name: BEAMLORE_OPS_BACKUP_S3_{{ $name }}
  valueFrom:
    secretKeyRef:
      name: {{ required "backup.s3.existingSecret: a secret with access-key-id and secret-access-key is needed" $backup.s3.existingSecret }}
      key: {{ $key }}
{{- end }}
{{- else }}
- name: BEAMLORE_OPS_BACKUP_DIRECTORY
  value: /backup
{{- end }}
{{- end }}

{{/* Fields of a job's pod: root, component, values, command (of `beamlore ops`). */}}
{{- define "beamlore.backup.pod" -}}
{{- $backup := .root.Values.backup -}}
metadata:
  {{- include "beamlore.pod.metadata" . | nindent 2 }}
spec:
  {{- include "beamlore.pod.spec" . | nindent 2 }}
  restartPolicy: Never
  containers:
    - name: ops
      {{- include "beamlore.container" . | nindent 6 }}
      args: [ops, {{ .command }}]
      env:
        - name: BEAMLORE_LOG_FORMAT
          value: json
        {{- include "beamlore.backup.env" .root | nindent 8 }}
        {{- include "beamlore.container.extraEnv" . | nindent 8 }}
      volumeMounts:
        - name: tmp
          mountPath: /tmp
        {{- if eq $backup.target "volume" }}
        - name: backup
          mountPath: /backup
        {{- end }}
  volumes:
    {{- include "beamlore.volume.tmp" "256Mi" | nindent 4 }}
    {{- if eq $backup.target "volume" }}
    - name: backup
      persistentVolumeClaim:
        claimName: {{ $backup.volume.existingClaim | default (include "beamlore.component" (dict "root" .root "component" "backup")) }}
    {{- end }}
{{- end }}

{{/* A CronJob: root, component (backup, restore), values, schedule, suspend. Its `restore` is never started by the clock. */}}
{{- define "beamlore.backup.cronJob" -}}
{{- $backup := .root.Values.backup -}}
apiVersion: batch/v1
kind: CronJob
metadata:
  name: {{ include "beamlore.component" . }}
  labels:
    {{- include "beamlore.labels" . | nindent 4 }}
spec:
  schedule: {{ $backup.schedule | quote }}
  {{- with $backup.timeZone }}
  timeZone: {{ . }}
  {{- end }}
  suspend: {{ .suspend }}
  concurrencyPolicy: Forbid
  # Missed by more than this, while the cluster was away, it waits for the next time.
  startingDeadlineSeconds: 3600
  successfulJobsHistoryLimit: 3
  failedJobsHistoryLimit: 3
  jobTemplate:
    metadata:
      labels:
        {{- include "beamlore.labels" . | nindent 8 }}
    spec:
      backoffLimit: 2
      activeDeadlineSeconds: {{ $backup.deadlineSeconds }}
      template:
        {{- include "beamlore.backup.pod" (set . "command" .component) | nindent 8 }}
{{- end }}

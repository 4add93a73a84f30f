{{/*
Jobs that bring a server to what the values say. They wait for it, change what differs and may run at any time; a new one runs
with every upgrade.
*/}}

{{/* root, component, values {image, resources, …}, command, env, mounts and volumes (YAML). */}}
{{- define "beamlore.configure.job" -}}
apiVersion: batch/v1
kind: Job
metadata:
  name: {{ include "beamlore.component" . }}-{{ .root.Release.Revision }}
  labels:
    {{- include "beamlore.labels" . | nindent 4 }}
spec:
  backoffLimit: 20
  activeDeadlineSeconds: 3600
  ttlSecondsAfterFinished: 86400
  template:
    metadata:
      {{- include "beamlore.pod.metadata" . | nindent 6 }}
    spec:
      {{- include "beamlore.pod.spec" . | nindent 6 }}
      restartPolicy: OnFailure
      containers:
        - name: ops
          {{- include "beamlore.container" . | nindent 10 }}
          args: [ops, {{ join ", " .command }}]
          env:
            - name: BEAMLORE_LOG_FORMAT
              value: json
            {{- .env | nindent 12 }}
            {{- include "beamlore.container.extraEnv" . | nindent 12 }}
          volumeMounts:
            - name: tmp
              mountPath: /tmp
            {{- .mounts | nindent 12 }}
      volumes:
        {{- include "beamlore.volume.tmp" "64Mi" | nindent 8 }}
        {{- .volumes | nindent 8 }}
{{- end }}

{{/* The keys of a secret as files: name (of the volume), secret. */}}
{{- define "beamlore.secretVolume" -}}
- name: {{ .name }}
  secret:
    secretName: {{ .secret }}
    defaultMode: 0440
{{- end }}

{{- define "beamlore.beamlinesVolume" -}}
- name: beamlines
  configMap:
    name: {{ include "beamlore.component" (dict "root" . "component" "beamlines") }}
{{- end }}

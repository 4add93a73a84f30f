{{/*
A StatefulSet of members: root, component, values, replicas, persistence, options (more options of mongod), placement (YAML of the
pods' affinity and spread).
*/}}
{{- define "beamlore.mongodb.statefulset" -}}
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: {{ include "beamlore.component" . }}
  labels:
    {{- include "beamlore.labels" . | nindent 4 }}
spec:
  serviceName: {{ include "beamlore.component" . }}
  replicas: {{ .replicas }}
  # All at once when the set is made or comes back; upgrades go one by one all the same.
  podManagementPolicy: Parallel
  # Time for the drivers to see the new secondary before the next member goes.
  minReadySeconds: 5
  selector:
    matchLabels:
      {{- include "beamlore.selectorLabels" . | nindent 6 }}
  template:
    metadata:
      {{- include "beamlore.pod.metadata" . | nindent 6 }}
    spec:
      {{- include "beamlore.pod.spec" . | nindent 6 }}
      {{- .placement | nindent 6 }}
      terminationGracePeriodSeconds: 60
      containers:
        - name: mongodb
          {{- include "beamlore.container" . | nindent 10 }}
          args:
            {{- include "beamlore.mongodb.options" .root | nindent 12 }}
            {{- range .options }}
            - {{ . }}
            {{- end }}
            {{- range .values.extraArgs }}
            - {{ . | quote }}
            {{- end }}
          ports:
            - name: mongodb
              containerPort: 27017
          {{- include "beamlore.mongodb.probes" .root | nindent 10 }}
          volumeMounts:
            - name: data
              mountPath: /data/db
            - name: keyfile
              mountPath: /etc/mongodb
              readOnly: true
            - name: probe
              mountPath: /etc/mongodb/probe
              readOnly: true
            - name: tmp
              mountPath: /tmp
      volumes:
        - name: keyfile
          secret:
            secretName: {{ include "beamlore.secretName" (dict "root" .root "secret" "mongodb") }}
            # Kubernetes gives it to root and the pod's group (0440), which mongod takes from root's files.
            defaultMode: 0400
            items:
              - key: keyfile
                path: keyfile
        - name: probe
          configMap:
            name: {{ include "beamlore.component" (dict "root" .root "component" "mongodb") }}
        {{- include "beamlore.volume.tmp" "64Mi" | nindent 8 }}
  {{- include "beamlore.volumeClaim" .persistence | nindent 2 }}
{{- end }}

{{/* The claim of a StatefulSet's pods, named data: persistence {size, storageClass, annotations}. */}}
{{- define "beamlore.volumeClaim" -}}
persistentVolumeClaimRetentionPolicy:
  whenDeleted: Retain
  whenScaled: Retain
volumeClaimTemplates:
  - metadata:
      name: data
      {{- with .annotations }}
      annotations:
        {{- toYaml . | nindent 8 }}
      {{- end }}
    spec:
      accessModes: [ReadWriteOnce]
      {{- with .storageClass }}
      storageClassName: {{ . }}
      {{- end }}
      resources:
        requests:
          storage: {{ .size }}
{{- end }}

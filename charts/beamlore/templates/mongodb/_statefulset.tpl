{{/*
A StatefulSet of members: root, component, values, replicas, persistence, options (more options of mongod), placement (YAML of the
pods' affinity and spread), delay (seconds before it looks whether it may end).
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
      # Two minutes to wait for the others, one and a half to hand over, and what is being written.
      terminationGracePeriodSeconds: 240
      initContainers:
        {{- include "beamlore.mongodb.keyfile" . | nindent 8 }}
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
          lifecycle:
            preStop:
              exec:
                command: [bash, /usr/local/lib/beamlore/member.sh, leave, {{ .delay | quote }}]
          volumeMounts:
            - name: data
              mountPath: /data/db
            - name: work
              subPath: keyfile
              mountPath: /etc/mongodb
              readOnly: true
            - name: probe
              mountPath: /usr/local/lib/beamlore
              readOnly: true
            - name: work
              subPath: tmp
              mountPath: /tmp
      volumes:
        - name: keyfile
          secret:
            secretName: {{ include "beamlore.secretName" (dict "root" .root "secret" "mongodb") }}
            defaultMode: 0440
            items:
              - key: keyfile
                path: keyfile
        - name: probe
          configMap:
            name: {{ include "beamlore.component" (dict "root" .root "component" "mongodb") }}
        - name: work
          emptyDir:
            sizeLimit: 64Mi
  {{- include "beamlore.volumeClaim" .persistence | nindent 2 }}
{{- end }}

{{/*
mongod refuses a key file that others than its owner may read, and Kubernetes gives a secret's files to root with rights for the
pod's group: so it gets a copy.
*/}}
{{- define "beamlore.mongodb.keyfile" -}}
- name: keyfile
  {{- include "beamlore.container" . | nindent 2 }}
  command: [install, --mode=0400, /secret/keyfile, /etc/mongodb/keyfile]
  volumeMounts:
    - name: keyfile
      mountPath: /secret
      readOnly: true
    - name: work
      subPath: keyfile
      mountPath: /etc/mongodb
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

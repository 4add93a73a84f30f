{{- define "beamlore.mongodb.configure.env" -}}
- name: BEAMLORE_OPS_MONGODB_MEMBERS
  value: {{ include "beamlore.mongodb.hosts" . }}
- name: BEAMLORE_OPS_MONGODB_ARBITERS
  value: {{ include "beamlore.mongodb.arbiters" . | quote }}
- name: BEAMLORE_OPS_MONGODB_REPLICA_SET
  value: beamlore
- name: BEAMLORE_OPS_MONGODB_KEY_FILE
  value: /run/secrets/mongodb/keyfile
- name: BEAMLORE_OPS_MONGODB_USERS_DIR
  value: /run/secrets/mongodb
- name: BEAMLORE_OPS_MONGODB_ELECTION_TIMEOUT_MS
  value: {{ .Values.mongodb.electionTimeoutMillis | quote }}
{{- end }}

{{- define "beamlore.mongodb.configure.mounts" -}}
- name: mongodb
  mountPath: /run/secrets/mongodb
  readOnly: true
{{- end }}

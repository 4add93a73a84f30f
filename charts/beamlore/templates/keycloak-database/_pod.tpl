{{/*
Parts of the pod of Keycloak's database: the chart's top goes in.
*/}}

{{- define "beamlore.keycloakDatabase.env" -}}
- name: POSTGRES_USER
  value: keycloak
- name: POSTGRES_DB
  value: keycloak
- name: POSTGRES_PASSWORD
  valueFrom:
    secretKeyRef:
      name: {{ include "beamlore.secretName" (dict "root" . "secret" "keycloak") }}
      key: database-password
# Beside the image's own volume, whose place differs from version to version; below the claim's lost+found.
- name: PGDATA
  value: /data/postgresql
{{- end }}

{{/* pg_isready by TCP, since while the database is being made it listens on its socket only. */}}
{{- define "beamlore.keycloakDatabase.probes" -}}
startupProbe:
  exec:
    command: [pg_isready, --quiet, --host=127.0.0.1, --username=keycloak]
  periodSeconds: 2
  timeoutSeconds: 3
  failureThreshold: 300
livenessProbe:
  tcpSocket:
    port: postgres
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
readinessProbe:
  exec:
    command: [pg_isready, --quiet, --host=127.0.0.1, --username=keycloak]
  periodSeconds: 5
  timeoutSeconds: 3
  failureThreshold: 2
lifecycle:
  # The image sets the password when it makes the database only: a new one in the secret holds from the next start.
  postStart:
    exec:
      command:
        - bash
        - -ec
        - |
          until pg_isready --quiet --host=127.0.0.1 --username=keycloak; do sleep 0.5; done
          psql --quiet --username=keycloak --set=ON_ERROR_STOP=1 --set=password="$POSTGRES_PASSWORD" <<<"ALTER ROLE keycloak PASSWORD :'password'"
{{- end }}

{{/*
Settings of Keycloak: the chart's top goes in. Sources: its guides "All configuration", "Hostname", "Caching".
*/}}

{{/* What is built into the server: the same for `build` and `start --optimized`. */}}
{{- define "beamlore.keycloak.env.build" -}}
- name: KC_DB
  value: postgres
- name: KC_CACHE
  value: {{ ternary "ispn" "local" (gt (int .Values.keycloak.replicas) 1) }}
- name: KC_HTTP_RELATIVE_PATH
  value: /idp
- name: KC_HTTP_MANAGEMENT_RELATIVE_PATH
  value: /
- name: KC_HEALTH_ENABLED
  value: "true"
- name: KC_METRICS_ENABLED
  value: "true"
{{- with .Values.keycloak.features }}
- name: KC_FEATURES
  value: {{ join "," . }}
{{- end }}
{{- end }}

{{- define "beamlore.keycloak.env.run" -}}
{{- $secret := include "beamlore.secretName" (dict "root" . "secret" "keycloak") -}}
{{- $database := .Values.keycloak.database -}}
- name: KC_HOSTNAME
  value: {{ include "beamlore.publicUrl" . }}/idp
# Services ask at its own address, and get that one in the answers; the issuer stays the public one.
- name: KC_HOSTNAME_BACKCHANNEL_DYNAMIC
  value: "true"
- name: KC_HTTP_ENABLED
  value: "true"
- name: KC_PROXY_HEADERS
  value: xforwarded
- name: KC_DB_URL
  value: {{ ternary (printf "jdbc:postgresql://%s:5432/keycloak" (include "beamlore.component" (dict "root" . "component" "keycloak-database"))) $database.external.url $database.enabled }}
- name: KC_DB_USERNAME
  value: {{ ternary "keycloak" $database.external.username $database.enabled }}
- name: KC_DB_PASSWORD
  valueFrom:
    secretKeyRef:
      name: {{ $secret }}
      key: database-password
- name: KC_DB_POOL_MAX_SIZE
  value: {{ $database.poolSize | quote }}
- name: KC_BOOTSTRAP_ADMIN_USERNAME
  value: admin
- name: KC_BOOTSTRAP_ADMIN_PASSWORD
  valueFrom:
    secretKeyRef:
      name: {{ $secret }}
      key: admin-password
- name: KC_LOG_CONSOLE_OUTPUT
  value: json
- name: JAVA_OPTS_KC_HEAP
  value: -Xms64m -Xmx{{ .Values.keycloak.heap }}
{{- end }}

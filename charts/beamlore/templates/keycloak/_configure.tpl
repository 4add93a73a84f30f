{{- define "beamlore.keycloak.configure.env" -}}
- name: BEAMLORE_OPS_KEYCLOAK_URL
  value: {{ include "beamlore.url" (dict "root" . "component" "keycloak") }}/idp
- name: BEAMLORE_OPS_KEYCLOAK_ADMIN_USERNAME
  value: admin
- name: BEAMLORE_OPS_KEYCLOAK_ADMIN_PASSWORD
  valueFrom:
    secretKeyRef:
      name: {{ include "beamlore.secretName" (dict "root" . "secret" "keycloak") }}
      key: admin-password
- name: BEAMLORE_OPS_PUBLIC_URL
  value: {{ include "beamlore.publicUrl" . | quote }}
- name: BEAMLORE_OPS_REALM
  value: facility
- name: BEAMLORE_OPS_CLIENTS_DIR
  value: /run/secrets/oidc
- name: BEAMLORE_OPS_BEAMLINES_FILE
  value: /etc/beamlore/beamlines.yaml
{{- if .Values.keycloak.people }}
- name: BEAMLORE_OPS_PEOPLE_FILE
  value: /etc/keycloak/people.yaml
{{- end }}
{{- end }}

{{- define "beamlore.keycloak.configure.mounts" -}}
- name: oidc
  mountPath: /run/secrets/oidc
  readOnly: true
- name: beamlines
  mountPath: /etc/beamlore
  readOnly: true
{{- if .Values.keycloak.people }}
- name: people
  mountPath: /etc/keycloak
  readOnly: true
{{- end }}
{{- end }}

{{- define "beamlore.keycloak.configure.volumes" -}}
{{ include "beamlore.secretVolume" (dict "name" "oidc" "secret" (include "beamlore.secretName" (dict "root" . "secret" "oidc"))) }}
{{ include "beamlore.beamlinesVolume" . }}
{{- if .Values.keycloak.people }}
- name: people
  configMap:
    name: {{ include "beamlore.component" (dict "root" . "component" "keycloak-people") }}
{{- end }}
{{- end }}

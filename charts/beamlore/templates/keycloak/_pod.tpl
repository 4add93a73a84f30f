{{/*
Parts of Keycloak's pod: the chart's top goes in.
*/}}

{{- define "beamlore.keycloak.probes" -}}
startupProbe:
  httpGet:
    path: /health/started
    port: management
  periodSeconds: 3
  timeoutSeconds: 3
  failureThreshold: 200
livenessProbe:
  httpGet:
    path: /health/live
    port: management
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
readinessProbe:
  httpGet:
    path: /health/ready
    port: management
  periodSeconds: 5
  timeoutSeconds: 5
  failureThreshold: 2
lifecycle:
  preStop:
    sleep:
      seconds: {{ .Values.preStopSeconds }}
{{- end }}

{{/*
The official image is not built for a database yet, and `start` would build it in place, each time: it is built once per pod, so
that the root file system stays read-only and a restart takes no longer than it must.
*/}}
{{- define "beamlore.keycloak.build" -}}
{{- $names := dict "root" . "component" "keycloak" "values" (merge (dict "resources" .Values.keycloak.build.resources) .Values.keycloak) -}}
- name: copy
  {{- include "beamlore.container" $names | nindent 2 }}
  command: [cp, -R, /opt/keycloak/lib/quarkus/., /build/]
  volumeMounts:
    - name: work
      subPath: quarkus
      mountPath: /build
- name: build
  {{- include "beamlore.container" $names | nindent 2 }}
  args: [build]
  env:
    {{- include "beamlore.keycloak.env.build" . | nindent 4 }}
    - name: JAVA_OPTS_KC_HEAP
      value: -Xms64m -Xmx{{ .Values.keycloak.build.heap }}
  volumeMounts:
    {{- include "beamlore.keycloak.mounts" . | nindent 4 }}
{{- end }}

{{- define "beamlore.keycloak.mounts" -}}
{{- if not .Values.keycloak.optimized }}
- name: work
  subPath: quarkus
  mountPath: /opt/keycloak/lib/quarkus
{{- end }}
- name: work
  subPath: data
  mountPath: /opt/keycloak/data
- name: login-theme
  mountPath: /opt/keycloak/themes/beamlore/login
  readOnly: true
- name: work
  subPath: tmp
  mountPath: /tmp
{{- end }}

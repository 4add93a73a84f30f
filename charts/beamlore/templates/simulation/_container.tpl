{{/* A container of a simulated beamline: root, values, env (more variables). */}}
{{- define "beamlore.simulation.container" -}}
{{ include "beamlore.container" . }}
volumeMounts:
  - name: tmp
    mountPath: /tmp
  - name: state
    mountPath: /var/lib/beamlore
{{- end }}

{{/* Variables of devices and engine: root, beamline. */}}
{{- define "beamlore.simulation.env" -}}
{{- $account := printf "beamline-%s" .beamline.name -}}
- name: TANGO_HOST
  value: 127.0.0.1:11000
- name: BEAMLORE_BEAMLINE
  value: {{ .beamline.name }}
- name: BEAMLORE_LOG_FORMAT
  value: json
{{- include "beamlore.env.tracing" .root }}
- name: BEAMLORE_CONFIGURATOR_URL
  value: {{ include "beamlore.url" (dict "root" .root "component" "configurator") }}
- name: BEAMLORE_SPOOL_DIR
  value: /var/lib/beamlore/spool
- name: BEAMLORE_DATA_DIR
  value: /var/lib/beamlore/data
{{ include "beamlore.env.kafka" (dict "root" .root "account" $account) }}
{{ include "beamlore.env.oidc" .root }}
{{ include "beamlore.env.client" (dict "root" .root "client" $account) }}
{{- include "beamlore.container.extraEnv" (dict "values" .root.Values.simulation) }}
{{- end }}

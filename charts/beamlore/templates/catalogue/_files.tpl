{{/*
SciCat's files: their names in the container and the variables that tell the catalogue of them.
*/}}

{{- define "beamlore.catalogue.files" -}}
functionalAccounts: {file: functionalAccounts.json, variable: BEAMLORE_FUNCTIONAL_ACCOUNTS_FILE, secret: true}
jobConfiguration: {file: jobconfig.yaml, variable: BEAMLORE_JOB_CONFIGURATION_FILE, secret: true}
datasetTypes: {file: datasetTypes.json, variable: BEAMLORE_DATASET_TYPES_FILE}
proposalTypes: {file: proposalTypes.json, variable: BEAMLORE_PROPOSAL_TYPES_FILE}
publishedDataConfig: {file: publishedDataConfig.json, variable: BEAMLORE_PUBLISHED_DATA_CONFIG_FILE}
datafilesMetadataSchema: {file: datafilesMetadataSchema.json, variable: BEAMLORE_DATAFILES_METADATA_SCHEMA}
frontendConfig: {file: frontend.config.json, variable: BEAMLORE_FRONTEND_CONFIG_FILE}
frontendTheme: {file: frontend.theme.json, variable: BEAMLORE_FRONTEND_THEME_FILE}
units: {file: units.txt, variable: BEAMLORE_UNITS_FILE}
{{- end }}

{{/* Those of the values that are for a Secret (secret: true) or a ConfigMap, as data: root, secret. */}}
{{- define "beamlore.catalogue.fileData" -}}
{{- $known := fromYaml (include "beamlore.catalogue.files" .root) -}}
{{- range $name, $content := .root.Values.catalogue.files }}
{{- $one := get $known $name }}
{{- if eq (dig "secret" false $one) $.secret }}
{{ $one.file }}: {{ toJson $content }}
{{- end }}
{{- end }}
{{- end }}

{{/* Variables: the chart's top. */}}
{{- define "beamlore.catalogue.fileEnv" -}}
{{- $known := fromYaml (include "beamlore.catalogue.files" .) -}}
{{- $names := keys .Values.catalogue.files -}}
{{- range .Values.catalogue.filesFrom }}{{ $names = concat $names (keys .files) }}{{ end -}}
{{- range $names | uniq | sortAlpha }}
{{- $one := get $known . }}
- name: {{ $one.variable }}
  value: /etc/beamlore/{{ $one.file }}
{{- end }}
{{- if .Values.catalogue.metadataSchemas }}
- name: BEAMLORE_METADATA_SCHEMAS_DIRECTORY
  value: /etc/beamlore-schemas
{{- end }}
{{- end }}

{{/* The volume that holds them all: the chart's top. */}}
{{- define "beamlore.catalogue.fileVolume" -}}
{{- $known := fromYaml (include "beamlore.catalogue.files" .) -}}
{{- $name := include "beamlore.component" (dict "root" . "component" "catalogue") -}}
- name: files
  projected:
    sources:
      - configMap:
          name: {{ $name }}
      - secret:
          name: {{ $name }}-files
      {{- range .Values.catalogue.filesFrom }}
      - {{ ternary "secret" "configMap" (hasKey . "secret") }}:
          name: {{ .secret | default .configMap }}
          items:
            {{- range $file, $key := .files }}
            - key: {{ $key }}
              path: {{ (get $known $file).file }}
            {{- end }}
      {{- end }}
{{- if .Values.catalogue.metadataSchemas }}
- name: schemas
  configMap:
    name: {{ $name }}-schemas
{{- end }}
{{- end }}

{{- define "beamlore.catalogue.mounts" -}}
- name: tmp
  mountPath: /tmp
- name: files
  mountPath: /etc/beamlore
  readOnly: true
{{- if .Values.catalogue.metadataSchemas }}
- name: schemas
  mountPath: /etc/beamlore-schemas
  readOnly: true
{{- end }}
{{- end }}

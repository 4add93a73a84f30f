{{/*
Whole objects that are the same for every component that serves HTTP: root, component, values.
*/}}

{{- define "beamlore.service" -}}
apiVersion: v1
kind: Service
metadata:
  name: {{ include "beamlore.component" . }}
  labels:
    {{- include "beamlore.labels" . | nindent 4 }}
spec:
  selector:
    {{- include "beamlore.selectorLabels" . | nindent 4 }}
  ports:
    - name: http
      port: 8080
      targetPort: http
{{- end }}

{{- define "beamlore.pdb" -}}
{{- if .values.pdb.enabled -}}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ include "beamlore.component" . }}
  labels:
    {{- include "beamlore.labels" . | nindent 4 }}
spec:
  maxUnavailable: {{ .values.pdb.maxUnavailable }}
  # A pod that does not work anyway must not keep a node from being drained.
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels:
      {{- include "beamlore.selectorLabels" . | nindent 6 }}
{{- end }}
{{- end }}

{{/* Fields of a HorizontalPodAutoscaler above its metrics. */}}
{{- define "beamlore.hpa.head" -}}
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: {{ include "beamlore.component" . }}
  labels:
    {{- include "beamlore.labels" . | nindent 4 }}
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: {{ include "beamlore.component" . }}
  minReplicas: {{ .values.autoscaling.minReplicas }}
  maxReplicas: {{ .values.autoscaling.maxReplicas }}
{{- end }}

{{- define "beamlore.hpa.cpu" -}}
{{- if .values.autoscaling.enabled -}}
{{ include "beamlore.hpa.head" . }}
  metrics:
    - type: Resource
      resource:
        name: cpu
        target:
          type: Utilization
          averageUtilization: {{ .values.autoscaling.targetCPUUtilizationPercentage }}
{{- end }}
{{- end }}

{{/* Metadata of a service's migration. At an upgrade it is a hook, so that the new image has migrated before the
     first new pod starts and while the old ones serve; at first it runs beside them, since a hook would have to run
     before there is a database. */}}
{{- define "beamlore.migrate.metadata" -}}
name: {{ include "beamlore.component" . }}-{{ .root.Release.Revision }}
labels:
  {{- include "beamlore.labels" . | nindent 2 }}
{{- if .root.Release.IsUpgrade }}
annotations:
  helm.sh/hook: pre-upgrade
  helm.sh/hook-weight: "0"
  helm.sh/hook-delete-policy: before-hook-creation
{{- end }}
{{- end }}
